/* The machine's service: an echo server with a process per connection, which says every call on the console.
 *
 *   server PORT [ignoring-SIGTERM]
 *
 * A line is "@call PORT PEER CALL RESULT"; the result is what the call returned, or the errno's name. */

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int port;
static char peer[32] = "-";

static void say(const char *call, long result) {
  if (result < 0) dprintf(1, "@call %d %s %s %s\n", port, peer, call, strerrorname_np(errno));
  else dprintf(1, "@call %d %s %s %ld\n", port, peer, call, result);
}

static void echo(int connection) {
  char text[4096];
  for (;;) {
    ssize_t got = read(connection, text, sizeof text);
    say("read", got);
    if (got <= 0) return;
    ssize_t sent = write(connection, text, got);
    say("write", sent);
    if (sent < 0) return;
  }
}

int main(int count, char **words) {
  port = atoi(words[1]);
  signal(SIGCHLD, SIG_IGN);
  if (count > 2 && !strcmp(words[2], "ignoring-SIGTERM")) signal(SIGTERM, SIG_IGN);
  int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (bind(listener, (void *)&name, sizeof name) < 0) return say("bind", -1), 1;
  say("listen", listen(listener, 64));
  for (;;) {
    socklen_t size = sizeof name;
    int connection = accept(listener, (void *)&name, &size);
    if (fork()) {
      close(connection);
      continue;
    }
    close(listener);
    snprintf(peer, sizeof peer, "%s:%d", inet_ntoa(name.sin_addr), ntohs(name.sin_port));
    say("accept", 0);
    echo(connection);
    return 0;
  }
}
