// What `tcpwatch --help` says below the options. Fits 80 columns.

export const HELP = `
Examples:
  sudo tcpwatch -i any port 9998
      what happens on this machine, as it happens; root is given up at once
  sudo tcpwatch -i eth0 --write-flagged flagged
      leave it running: keeps the packets of what ended badly, a file each
  tcpwatch -r incident.pcap
      every connection in a capture: what went wrong first, in a line each,
      then all of them in a table, worst first
  tcpwatch -r incident.pcap -v port 9998
      the evidence, packet by packet, for the connections of one port
  tcpwatch -r web.pcap0 -r web.pcap1 host 10.0.2.2
      rotated pieces of one capture, whatever their order
  ssh web1 sudo tcpdump -U -w - "'tcp or icmp or icmp6 or arp'" | tcpwatch -r -
      while it happens, on another machine
  tcpwatch -r incident.pcap -o ndjson | jq 'select(.verdict.severity=="error")'
      for programs; the fields are described by tcpwatch/schema.json
  tcpwatch -r run.pcap --fail-on error --fail-on 'retransmissions>1%'
      a gate for CI: exit 1, and which connection breaks which rule; limits
      are of retransmissions, rtt, stall, duration, any anomaly, and of the
      run: connections, dropped
  tcpwatch verify captures
      each capture in a folder against NAME.expect.json beside it, written by
      --update; differences in words, as JUnit, as annotations on GitHub
  tcpwatch ladder incident.pcap -c 7
      connection 7 segment by segment, with the states of both ends
  sudo tcpwatch lab process-terminated
      plays it on this machine, and shows programs, wire and verdict
  tcpwatch explain process-terminated
      what a verdict means: how it goes, what programs see, what to do
  tcpwatch explain ECONNRESET
      what an error in a log can have been

The filter is pcap-filter(7): host, net, port, portrange, src, dst, tcp, ip,
ip6, and, or, not, parentheses (quote them for the shell). It chooses
connections, so it also matches inside VLANs and keeps the ICMP errors that
belong to them. With libpcap all of the language goes: a connection is shown
if one of its packets matches.

Verdicts are certain, likely (something else would look the same, but a fact
speaks for this) or possible; -v says what else it could be and what would tell.

Exit codes: 0 done, also when stopped by Ctrl-C; 1 a connection breaks a rule of
--fail-on, or verify differs; 2 usage; 3 input unreadable or damaged (what could
be read was reported); 4 no permission, no such interface, or it was removed;
5 output not written; 70 a defect in tcpwatch. The highest wins.`;
