// `tcpwatch -D`: what can be listened on.

import { type Device, listInterfaces } from '../pipeline.js';
import { complain, EXIT, raise } from './exit.js';

export async function listInterfacesCommand(): Promise<void> {
  const devices = await listInterfaces();
  if (typeof devices === 'string') {
    complain(`cannot list interfaces: ${devices}`);
    raise(EXIT.interface);
    return;
  }
  const width = Math.max(0, ...devices.map(({ name }) => name.length));
  const lines = devices.map((device) => `${device.name.padEnd(width)}  ${wordsOf(device)}`.trimEnd());
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

function wordsOf({ up, running, loopback, wireless, description }: Device): string {
  const state = up ? (running ? 'up' : 'up, no carrier') : 'down';
  return [state, loopback && 'loopback', wireless && 'wireless', description].filter(Boolean).join(', ');
}
