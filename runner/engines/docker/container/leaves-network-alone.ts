import type { Job } from '../../../model/job.ts';
import { capabilityName } from './create.ts';

/**
 * Capabilities with which nothing of a network can be changed that outlives the task: what Docker gives by itself,
 * without NET_RAW, and what is of processes alone. All others might: addresses, routes and rules (NET_ADMIN), forged
 * packets (NET_RAW), whatever a mount of /proc or a program in the kernel leads to (SYS_ADMIN, BPF, …).
 */
const HARMLESS = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'IPC_LOCK',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
  'SYS_NICE',
  'SYS_PTRACE',
  'SYS_RESOURCE',
]);

/** Whether a task may have the network that others had before and will have after it; else it gets one of its own. */
export function leavesNetworkAlone({ capAdd }: Pick<Job, 'capAdd'>): boolean {
  return capAdd.every((name) => HARMLESS.has(capabilityName(name)));
}
