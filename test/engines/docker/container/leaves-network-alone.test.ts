import { describe, expect, it } from 'vitest';
import { leavesNetworkAlone } from '../../../../runner/engines/docker/container/leaves-network-alone.ts';

describe('a task shares the network of its slot', () => {
  it.each([[[]], [['NET_BIND_SERVICE']], [['cap_sys_ptrace', 'CAP_CHOWN']]])('with %j', (capAdd) => {
    expect(leavesNetworkAlone({ capAdd })).toBe(true);
  });

  it.each(['NET_ADMIN', 'net_raw', 'CAP_SYS_ADMIN', 'ALL', 'BPF', 'SYS_MODULE', 'NEWER_THAN_THIS'])(
    'but not with %s',
    (name) => {
      expect(leavesNetworkAlone({ capAdd: ['CHOWN', name] })).toBe(false);
    },
  );
});
