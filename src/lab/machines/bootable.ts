// What the machine boots: Debian's cloud kernel as its package has it, and an initramfs of busybox and guest/.
//
// Read Documentation/driver-api/early-userspace/buffer-format.rst: a gzipped cpio archive whose /init becomes process 1.

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../stage/namespaces.js';

/** Only developers play machines, from a checkout: the guest's parts stay where they are written. */
const GUEST = fileURLToPath(new URL('../../../src/lab/machines/guest/', import.meta.url));
/** Unpacked packages are kept between runs. */
const CACHE = '/var/tmp/tcpwatch-machines';
const KERNEL = 'linux-image-cloud-amd64';

/** The network card's drivers, in this order: each needs those before it. */
const MODULES = [
  'drivers/virtio/virtio_ring',
  'drivers/virtio/virtio',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci',
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
];

export interface Bootable {
  kernel: string;
  initramfs: string;
}

/** Fetches what is not there yet, and packs it. */
export async function makeBootable(scratch: string): Promise<Bootable> {
  const packages = await unpackedPackages();
  const [kernelRelease] = await readdir(join(packages, 'lib/modules'));
  const root = join(scratch, 'root');
  for (const folder of ['bin', 'dev', 'proc', 'sys', 'modules']) await mkdir(join(root, folder), { recursive: true });
  await run('install', ['-m', '755', join(GUEST, 'init.sh'), join(root, 'init')]);
  await cp(join(packages, 'bin/busybox'), join(root, 'bin/busybox'));
  for (const [index, module] of MODULES.entries()) {
    const source = join(packages, 'lib/modules', kernelRelease!, 'kernel', `${module}.ko`);
    const target = join(root, 'modules', `${index}.ko`);
    // Later kernels keep their modules packed, or have some of these built in.
    if (existsSync(source)) await cp(source, target);
    else if (existsSync(`${source}.xz`)) await run('sh', ['-c', 'xz -dc "$0" >"$1"', `${source}.xz`, target]);
  }
  const compiler = ['-O1', '-static', '-D_GNU_SOURCE', '-o', join(root, 'bin/server')];
  await run('gcc', [...compiler, join(GUEST, 'server.c')]);
  const initramfs = join(scratch, 'initramfs.gz');
  await run('sh', ['-c', 'cd "$0" && find . | cpio -o -H newc --quiet | gzip -1 >"$1"', root, initramfs]);
  return { kernel: join(packages, 'boot', `vmlinuz-${kernelRelease}`), initramfs };
}

/** The newest kernel that the package lists name, and busybox. */
async function unpackedPackages(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const [newest] = /linux-image-[0-9]\S+-cloud-amd64/.exec(await run('apt-cache', ['depends', KERNEL])) ?? [];
  if (newest === undefined) throw new Error(`apt knows no ${KERNEL}`);
  const unpacked = join(CACHE, newest);
  if (existsSync(unpacked)) return unpacked;
  const folder = await mkdtemp(join(CACHE, 'packages-'));
  const download = `cd "$0" && apt-get -qq -o APT::Sandbox::User=root download ${newest} busybox-static`;
  await run('sh', ['-c', download, folder]);
  const partial = join(folder, 'unpacked');
  for (const file of await readdir(folder)) await run('dpkg-deb', ['-x', join(folder, file), partial]);
  await rename(partial, unpacked);
  await rm(folder, { recursive: true });
  return unpacked;
}
