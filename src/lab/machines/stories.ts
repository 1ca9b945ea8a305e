// The stories: how a real kernel panics, reboots, powers off and freezes while clients are connected to it.
//
// In an orderly end process 1 sends SIGTERM to all, SIGKILL 5 s later, and then asks the kernel to reboot or power off; the
// server on port 9999 is deaf to SIGTERM. Once the old kernel is gone, the clients that are left are waited for.

import type { Scene } from './scene.js';
import type { Story } from './story.js';
import type { Visitor } from './visitor.js';

const idle = (visitor: Visitor): boolean => visitor.isIdle;
const gaveUp = (visitor: Visitor): boolean => visitor.gaveUp;
const closesAtEof = (visitor: Visitor): boolean => visitor.habit.closesAtEof === true;

/** The three idle ones stay in ESTAB, and so does whoever else is said to. */
async function restGone(scene: Scene, but: number): Promise<void> {
  await scene.client.leaves('ESTAB', { but: 3 + but, within: 40 });
  await scene.passes(0.5);
}

/** Nobody was told anything, and the machine came back: who asked before that gave up, who asked after it got a RST. */
function tellCrashed(scene: Scene): void {
  scene.tells(idle, null);
  scene.tells(gaveUp, 'host-crashed', 'server');
}

/** An orderly reboot, after which all is served again. The idle one on 9998 stays in CLOSE-WAIT. */
async function reboots(scene: Scene): Promise<void> {
  scene.machine.tells('reboot 1');
  await scene.machine.hears(/^@ up /);
  await scene.machine.serves('9998', '9999', '8080');
  await scene.passes(2);
  await scene.serves(9998);
  await scene.serves(8080, { writesEvery: 1 });
  await scene.client.leaves('CLOSE-WAIT', { but: 1 });
  await scene.passes(2);
  scene.tells(closesAtEof, 'normal-close');
}

export const stories: readonly Story[] = [
  {
    name: 'vm-panic',
    truth: 'host-crashed',
    end: 'server',
    host: 'crashed',
    what: 'The kernel panicked (sysrq c) and stayed where it was.',
    in: [{ net: 240 }],
    retries: 6,
    async play(scene) {
      scene.machine.tells('panic');
      await scene.machine.hears(/end Kernel panic/);
      await scene.passes(3);
      await scene.doesNotServe(8080, 'ETIMEDOUT');
      // The one that spoke late still resends.
      await restGone(scene, 1);
      tellCrashed(scene);
    },
  },
  {
    name: 'vm-panic-reboots',
    truth: 'host-rebooted',
    end: 'server',
    host: 'crashed-and-rebooted',
    what: 'The kernel panicked and booted anew 5 s later (panic=5); 9998 and 9999 were served again, 8080 was not.',
    in: [{ net: 241 }],
    panicSeconds: 5,
    async play(scene) {
      scene.machine.tells('panic');
      await scene.machine.hears(/^@ up /);
      await scene.machine.serves('9998', '9999');
      await scene.passes(2);
      await scene.serves(9998);
      await scene.doesNotServe(8080, 'ECONNREFUSED');
      await restGone(scene, 1);
      tellCrashed(scene);
    },
  },
  {
    name: 'vm-reboot',
    truth: 'host-shutdown',
    end: 'server',
    host: 'shut-down-and-rebooted',
    what: 'An orderly reboot: SIGTERM, 5 s, SIGKILL, 1 s, reset; all ports were served again.',
    in: [{ net: 242 }],
    retries: 6,
    firmwareSeconds: 6,
    play: reboots,
  },
  {
    name: 'vm-reboot-quick',
    truth: 'host-shutdown',
    end: 'server',
    host: 'shut-down-and-rebooted',
    what: 'An orderly reboot of a machine that was up again within 5 s; all ports were served again.',
    in: [{ net: 250 }],
    retries: 6,
    play: reboots,
  },
  {
    name: 'vm-poweroff',
    truth: 'host-shutdown',
    end: 'server',
    host: 'shut-down',
    what: 'An orderly power-off: SIGTERM, 5 s, SIGKILL, off at once. The router did not notice.',
    in: [{ net: 243 }],
    async play(scene) {
      scene.machine.tells('poweroff 0');
      await scene.machine.hears(/reboot: Power down/);
      await scene.passes(2);
      await scene.doesNotServe(8080, 'ETIMEDOUT');
      // The idle one on 9998, and the one that spoke late.
      await scene.client.leaves('CLOSE-WAIT', { but: 2 });
      await scene.passes(1.5);
      scene.tells(closesAtEof, 'normal-close');
    },
  },
  {
    name: 'vm-poweroff-unreachable',
    truth: 'host-shutdown',
    end: 'server',
    host: 'shut-down',
    what: 'An orderly power-off: SIGTERM, 5 s, SIGKILL, 1 s, off. The router noticed within seconds.',
    in: [{ net: 244 }, { net: 245, as: 'far', vantage: 'router-far' }],
    router: 'hurried',
    async play(scene) {
      scene.machine.tells('poweroff 1');
      await scene.machine.hears(/reboot: Power down/);
      await scene.passes(5);
      await scene.doesNotServe(8080, 'EHOSTUNREACH');
      await scene.passes(13);
      scene.tells(closesAtEof, 'normal-close');
    },
  },
  {
    name: 'vm-poweroff-forced',
    truth: 'host-crashed',
    end: 'server',
    host: 'crashed',
    what: 'Switched off by poweroff -f, no process asked. The router noticed within seconds.',
    in: [{ net: 246 }],
    router: 'hurried',
    async play(scene) {
      scene.machine.tells('force poweroff');
      await scene.machine.hears(/reboot: Power down/);
      await scene.passes(5);
      await scene.doesNotServe(8080, 'EHOSTUNREACH');
      await scene.passes(6);
      await restGone(scene, 1);
      await scene.passes(2);
      tellCrashed(scene);
    },
  },
  {
    name: 'vm-reboot-forced',
    truth: 'host-rebooted',
    end: 'server',
    host: 'crashed-and-rebooted',
    what: 'Booted anew by reboot -f, no process asked; 9998 and 8080 were served again, 9999 was not.',
    in: [{ net: 247 }, { net: 248, as: 'far', vantage: 'router-far' }],
    async play(scene) {
      scene.machine.tells('force reboot');
      await scene.machine.hears(/^@ up /);
      await scene.machine.serves('9998', '8080');
      await scene.passes(2);
      await scene.serves(9998);
      await scene.doesNotServe(9999, 'ECONNREFUSED');
      await restGone(scene, 1);
      tellCrashed(scene);
    },
  },
  {
    name: 'vm-freeze',
    truth: 'outage-healed',
    end: null,
    host: 'outage-healed',
    what: 'The hypervisor stopped the machine for 12 s and let it go on; those that had written meanwhile closed later.',
    in: [{ net: 249 }],
    retries: 8,
    async play(scene) {
      const seconds = 12;
      const wroteMeanwhile = (visitor: Visitor): boolean => visitor.writesWithin(seconds);
      await scene.freezes(seconds);
      await scene.passes(7);
      await scene.leave(wroteMeanwhile);
      await scene.passes(0.5);
      scene.tells((visitor) => !wroteMeanwhile(visitor), null);
      scene.tells(gaveUp, 'given-up-in-outage', 'server');
    },
  },
];
