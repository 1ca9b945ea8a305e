#!/usr/bin/env node
import { main } from '../bundle/tcpwatch.js';

await main(process.argv);
