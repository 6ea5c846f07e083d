import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createDockerEngine } from '../../runner/engines/docker/engine.ts';
import { hashContext } from '../../runner/engines/docker/images/context.ts';
import { StoreError } from '../../runner/errors.ts';
import type { ImageOwner, Job, JobResult } from '../../runner/model/job.ts';
import type { Engine, EngineRunOptions, ObjectStore } from '../../runner/ports.ts';
import { createDirectoryStore } from '../../runner/stores/directory/store.ts';
import { openMemoryStore } from '../../runner/stores/memory/store.ts';
import { inputOf, jobOf, keysBelow, textOf } from './jobs.ts';

export interface EngineParts {
  readonly docker: Dockerode;
  readonly host: string;
  /** Has a shell, and a user 1000. */
  readonly image: string;
}

/** More than are ever on their way at once. */
const MANY = 2000;

interface Built {
  readonly contentHash: string;
  readonly name: string;
}

interface Ran extends JobResult {
  readonly stdout: string;
  readonly stderr: string;
}

/** What every engine that speaks Docker's API must do for a job. */
export function engineContract(name: string, prepare: () => Promise<EngineParts>): void {
  describe(`the engine contract on ${name}`, () => {
    const storeId = `contract-${process.pid}-${Date.now()}`;
    let parts: EngineParts;
    let folder: string;
    let directory: ObjectStore;
    const memory = openMemoryStore();
    let engine: Engine;

    beforeAll(async () => {
      parts = await prepare();
      folder = await mkdtemp(join(tmpdir(), 'sluice-engine-'));
      directory = createDirectoryStore(folder);
      engine = open();
    });

    afterAll(async () => {
      await engine.close();
      // Whatever failed above: nothing of a test may stay, holders included.
      const left = await leftovers();
      await engine.sweep({ storeId, isLive: () => Promise.resolve(false) });
      await engine.close();
      await rm(folder, { recursive: true, force: true });
      expect(left).toEqual({ containers: 0, volumes: 0 });
    });

    function open(): Engine {
      return createDockerEngine({
        host: parts.host,
        env: {},
        openStore: (ref) => (ref.kind === 'memory' ? memory : directory),
        timing: { followAfterSeconds: 0.5, cancelGraceSeconds: 1, timeoutGraceSeconds: 1 },
      });
    }

    async function leftovers(): Promise<{ containers: number; volumes: number }> {
      const filters = { label: [`sluice.store=${storeId}`] };
      const containers = await parts.docker.listContainers({ all: true, filters });
      const volumes = await parts.docker.listVolumes({ filters });
      return { containers: containers.length, volumes: (volumes.Volumes ?? []).length };
    }

    const job = (script: string, overrides: Partial<Job> = {}, store: ObjectStore = directory): Job =>
      jobOf(store, parts.image, script, { storeId, ...overrides });

    function declaring(base: Job, patterns: readonly string[], values: readonly string[] = []): Job {
      const rules = patterns.map((pattern) => ({ pattern, allowEmpty: false }));
      return { ...base, outputs: { ...base.outputs, rules, values } };
    }

    async function run(
      asked: Job,
      options: Partial<EngineRunOptions> = {},
      by: Engine = engine,
    ): Promise<Ran> {
      const written = { stdout: '', stderr: '' };
      const result = await by.run(asked, {
        signal: new AbortController().signal,
        watched: false,
        onLog: ({ stream, bytes }) => {
          written[stream] += Buffer.from(bytes).toString('utf8');
        },
        ...options,
      });
      return { ...result, ...written };
    }

    async function tasksLeft(): Promise<number> {
      const filters = { label: [`sluice.store=${storeId}`, 'sluice.kind=task'] };
      return (await parts.docker.listContainers({ all: true, filters })).length;
    }

    it('reports what the engine can do', async () => {
      const capabilities = await engine.check();
      expect(capabilities).toMatchObject({ os: 'linux', cpus: expect.any(Number) });
      expect(capabilities.engine).toMatch(/^\w+ \d+\.\d+/);
    });

    describe('a task', () => {
      it('that does nothing succeeds', async () => {
        const { cause, exitCode, imageDigest, objects } = await run(job('true'));
        expect({ cause, exitCode, objects }).toEqual({ cause: undefined, exitCode: 0, objects: [] });
        expect(imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
      });

      it('gets its environment, its secrets and its working directory', async () => {
        const env = { A: 'one two', EMPTY: '', QUOTE: `'"$x` };
        const ran = await run(
          job('pwd; printf "%s|" "$A" "$EMPTY" "$QUOTE" "$KEY"', { env, secrets: { KEY: 'hush' } }),
        );
        expect(ran.stdout).toBe(`/workspace\none two||'"$x|hush|`);
      });

      it('runs a script longer than any address', async () => {
        const ran = await run(job(`: ${'x'.repeat(100_000)}\necho end`));
        expect(ran.stdout).toBe('end\n');
      });

      it('keeps its secrets out of what the engine shows of it', async () => {
        const asked = job('sleep 30', { secrets: { KEY: 'hush-hush' } });
        const abort = new AbortController();
        const running = run(asked, { signal: abort.signal });
        await expect.poll(tasksLeft, { timeout: 20_000 }).toBe(1);
        const [listed] = await parts.docker.listContainers({
          all: true,
          filters: { label: [`sluice.attempt=${asked.attempt}`] },
        });
        abort.abort();
        await running;
        expect(listed?.Labels).toMatchObject({
          'sluice.store': storeId,
          'sluice.run': asked.run,
          'sluice.instance': asked.instance,
          'sluice.kind': 'task',
        });
        expect(JSON.stringify(listed)).not.toContain('hush');
      });

      it('has no more rights than it needs', async () => {
        const ran = await run(
          job(
            'grep -E "^(CapEff|NoNewPrivs)" /proc/self/status; touch /workspace/x; chown 1000 /workspace/x',
          ),
        );
        expect(ran.cause).toBeUndefined();
        // CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID
        expect(ran.stdout).toMatch(/CapEff:\t00000000000000fb\n/);
        expect(ran.stdout).toMatch(/NoNewPrivs:\t1\n/);
      });

      it('gets and loses capabilities as it says', async () => {
        const ran = await run(
          job('grep CapEff /proc/self/status', {
            capAdd: ['NET_ADMIN', 'cap_sys_chroot'],
            capDrop: ['CHOWN'],
          }),
        );
        expect(ran.stdout).toBe('CapEff:\t00000000000410fa\n');
      });

      it.each(['none', 'bridge'] as const)(
        'finds nothing that another wrote into network files (%s)',
        async (network) => {
          const files = '/etc/hosts /etc/hostname /etc/resolv.conf';
          await run(job(`for f in ${files}; do (echo evil >> $f) 2>/dev/null; done; true`, { network }));
          expect((await run(job(`grep -l evil ${files} 2>/dev/null; true`, { network }))).stdout).toBe('');
        },
      );

      it.each(['none', 'bridge'] as const)(
        'finds no connection of another in its network (%s)',
        async (network) => {
          const connect = `
            nc -l -p 5555 > /dev/null & nc -l -u -p 5556 > /dev/null & nc -l -p 5557 &
            until echo hi | nc 127.0.0.1 5555 && grep -q :15B5 /proc/net/tcp*; do sleep 0.1; done
            echo open`;
          expect((await run(job(connect, { network }))).stdout).toBe('open\n');
          const rest =
            'cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/unix | grep -v -E "sl |Num " || true';
          expect((await run(job(rest, { network }))).stdout).toBe('');
        },
      );

      it.each(['none', 'bridge'] as const)(
        'finds nothing that one with more rights changed in its network (%s)',
        async (network) => {
          const change = 'ip addr add 10.9.9.9/32 dev lo && ip link set lo mtu 1400 && ip addr';
          const changed = await run(job(change, { network, capAdd: ['NET_ADMIN'] }));
          expect(changed.stdout).toMatch(/lo.* mtu 1400[^]*10\.9\.9\.9/);
          const { stdout } = await run(job('ip addr', { network, capAdd: ['NET_BIND_SERVICE'] }));
          expect(stdout).not.toMatch(/10\.9\.9\.9|1400/);
        },
      );

      it('reaches its host by one name', async () => {
        const ran = await run(
          job('grep -c "host.docker.internal" /etc/hosts; grep host.docker /etc/hosts', {
            network: 'bridge',
          }),
        );
        expect(ran.stdout).toMatch(/^1\n\d+\.\d+\.\d+\.\d+\s/);
      });

      it('has no network when it asks for none, and one when it asks for a bridge', async () => {
        const interfaces = 'ls /sys/class/net';
        expect((await run(job(interfaces))).stdout.trim()).toBe('lo');
        expect((await run(job(interfaces, { network: 'bridge' }))).stdout).toContain('eth0');
      });

      it('may run as anybody', async () => {
        const script = 'id -u; touch /workspace/w; echo x > /outputs/o; echo v=1 >> "$SLUICE_OUTPUT"';
        const ran = await run(declaring(job(script, { user: '1000' }), ['o'], ['v']));
        expect(ran).toMatchObject({ stdout: '1000\n', values: { v: '1' }, objects: [{ path: 'o' }] });
      });

      it('may write values that it has not declared', async () => {
        expect((await run(job('echo a=1 >> "$SLUICE_OUTPUT"'))).cause).toBeUndefined();
      });

      it("may have the engine's memory less a tenth where it names no limit", async () => {
        const { memoryBytes } = await engine.check();
        const script =
          'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || true';
        const limit = Number((await run(job(script))).stdout);
        expect(limit / memoryBytes).toBeCloseTo(0.9, 3);
      });

      it('gets files, text and local, executable or not', async () => {
        const from = join(folder, '.local');
        await writeFile(from, 'local\n');
        const ran = await run(
          job('cat a/b.txt; ./run.sh; test ! -x a/b.txt; touch a/mine', {
            user: '1000',
            files: [
              { kind: 'local', from, to: '/workspace/a/b.txt', executable: false },
              { kind: 'text', text: '#!/bin/sh\necho ran\n', to: '/workspace/run.sh', executable: true },
            ],
          }),
        );
        expect(ran).toMatchObject({ stdout: 'local\nran\n' });
        expect(ran.cause).toBeUndefined();
      });

      it('is told which of its files could not be read', async () => {
        const files = [{ kind: 'local', from: '/nowhere/x', to: '/workspace/x', executable: false }] as const;
        const { cause } = await run(job('true', { files }));
        expect(cause).toMatchObject({ kind: 'start-failed', message: expect.stringContaining('/nowhere/x') });
      });

      it('may be asked for twice: what an earlier try left is replaced', async () => {
        const asked = job('echo again');
        await parts.docker.createContainer({
          name: `sluice-${asked.attempt}`,
          Image: parts.image,
          Labels: { 'sluice.attempt': asked.attempt, 'sluice.store': storeId, 'sluice.kind': 'task' },
        });
        expect((await run(asked)).stdout).toBe('again\n');
      });
    });

    describe('causes are told apart', () => {
      it.each([
        ['an exit status', 'exit 3', { kind: 'exit', message: 'exit status 3' }, 3],
        ['no data', 'exit 66', { kind: 'no-data' }, 66],
        ['not ready', 'exit 75', { kind: 'not-ready' }, 75],
        ['a command that is not there', 'nosuch', { kind: 'command-not-found' }, 127],
        [
          'a fault of its own',
          'kill -SEGV $$',
          { kind: 'signal', message: expect.stringContaining('SIGSEGV') },
          139,
        ],
      ])('%s', async (_, script, cause, exitCode) => {
        expect(await run(job(script))).toMatchObject({ cause, exitCode });
      });

      it('an entrypoint that is not there', async () => {
        const { cause } = await run(job('', { entrypoint: ['nosuch'], command: [] }));
        expect(cause).toMatchObject({ kind: 'command-not-found', transient: false });
      });

      it.each([
        ['a user that the image does not have', { user: 'nosuchuser' }, 'no user nosuchuser'],
        ['a group that the image does not have', { user: '1000:nosuchgroup' }, 'no group nosuchgroup'],
        ['a capability that is none', { capAdd: ['NOSUCH'] }, 'unknown capability'],
        ['a working directory that is a file', { workingDirectory: '/etc/passwd' }, 'a directory'],
      ])('%s, which no other try mends', async (_, overrides, words) => {
        expect((await run(job('true', overrides))).cause).toMatchObject({
          kind: 'start-failed',
          message: expect.stringContaining(words),
          transient: false,
        });
      });

      it('too much memory', async () => {
        const script = 'x=a; while :; do x=$x$x; done';
        const { cause } = await run(job(script, { resources: { pids: 64, memoryBytes: 32 * 2 ** 20 } }));
        expect(cause?.kind).toBe('oom');
        expect(cause?.message).toContain('32 MiB');
      });

      it('too much time, with the log up to then', async () => {
        const ran = await run(job('echo started; sleep 60', { timeoutSeconds: 1 }));
        expect(ran).toMatchObject({ cause: { kind: 'timeout' }, stdout: 'started\n' });
      });

      it('too much time of one that ignores being asked to stop', async () => {
        const ran = await run(job('trap "" TERM; while :; do sleep 1; done', { timeoutSeconds: 1 }));
        expect(ran).toMatchObject({ cause: { kind: 'timeout' }, exitCode: 137 });
      });

      it('time that is over while it ends well is over all the same', async () => {
        const ran = await run(
          declaring(job('trap "exit 0" TERM; echo x > /outputs/o; sleep 60 & wait', { timeoutSeconds: 1 }), [
            'o',
          ]),
        );
        expect(ran).toMatchObject({ cause: { kind: 'timeout' }, objects: [] });
      });

      it('killed by somebody else', async () => {
        const asked = job('sleep 60');
        const running = run(asked);
        const container = parts.docker.getContainer(`sluice-${asked.attempt}`);
        await expect.poll(() => isRunning(container), { timeout: 20_000 }).toBe(true);
        await container.kill();
        expect(await running).toMatchObject({
          cause: { kind: 'signal', message: expect.stringContaining('not by sluice') },
        });
      });

      it('removed by somebody else', async () => {
        const asked = job('sleep 60');
        const running = run(asked);
        const container = parts.docker.getContainer(`sluice-${asked.attempt}`);
        await expect.poll(() => isRunning(container), { timeout: 20_000 }).toBe(true);
        await container.remove({ force: true, v: true });
        expect((await running).cause?.kind).toBe('signal');
      });

      it('an image that is not there', async () => {
        const image = { kind: 'reference', reference: 'localhost/nosuch:x', pull: 'never' } as const;
        expect((await run(job('true', { image }))).cause).toMatchObject({ kind: 'image-missing' });
      });

      it('without a secret in the words', async () => {
        const secrets = { KEY: 'hunter2-nosuch' };
        const { cause } = await run(job('', { secrets, entrypoint: ['hunter2-nosuch'], command: [] }));
        expect(cause?.message).not.toContain('hunter2');
      });
    });

    describe('an abort', () => {
      it('before the start runs nothing', async () => {
        const ran = await run(job('echo hi'), { signal: AbortSignal.abort() });
        expect(ran).toMatchObject({ cause: { kind: 'cancelled' }, stdout: '' });
        expect(await tasksLeft()).toBe(0);
      });

      it('stops the container and keeps its log', async () => {
        const abort = new AbortController();
        const asked = job('trap "echo bye; exit 0" TERM; echo hi; sleep 60 & wait');
        const running = run(asked, { signal: abort.signal });
        const container = parts.docker.getContainer(`sluice-${asked.attempt}`);
        await expect.poll(() => isRunning(container), { timeout: 20_000 }).toBe(true);
        await expect
          .poll(async () => (await logsOf(container)).includes('hi'), { timeout: 20_000 })
          .toBe(true);
        abort.abort();
        expect(await running).toMatchObject({ cause: { kind: 'cancelled' }, stdout: 'hi\nbye\n' });
        expect(await tasksLeft()).toBe(0);
      });
    });

    describe('the log', () => {
      it('is whole, streams apart, its last line without a newline too', async () => {
        const ran = await run(
          job('i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i+1)); done; printf end; printf err >&2'),
        );
        expect(ran.stdout.split('\n')).toHaveLength(2001);
        expect(ran.stdout.endsWith('line 1999\nend')).toBe(true);
        expect(ran.stderr).toBe('err');
      });

      it('takes any text, control characters and all', async () => {
        const ran = await run(job("printf '\\000\\001\\n\\033[1m\\303\\274\\r\\n'"));
        expect(ran.stdout).toBe('\u0000\u0001\n\u001B[1mü\r\n');
      });

      it('comes while it runs where somebody watches, each byte once', async () => {
        let early = '';
        let whole = '';
        const asked = job('echo first; sleep 2; echo second; echo problem >&2; printf third');
        const container = parts.docker.getContainer(`sluice-${asked.attempt}`);
        await run(asked, {
          watched: true,
          onLog: async ({ bytes }) => {
            whole += Buffer.from(bytes).toString();
            if (await isRunning(container)) early += Buffer.from(bytes).toString();
          },
        });
        expect(early).toContain('first\n');
        expect(whole.length).toBe('first\nsecond\nproblem\nthird'.length);
      });

      it('that is a flood does not outlive its limit', async () => {
        const ran = await run(job('yes ""', { timeoutSeconds: 2 }), { watched: true });
        expect(ran).toMatchObject({ cause: { kind: 'timeout' }, stdout: expect.stringMatching(/\n$/) });
        expect(await tasksLeft()).toBe(0);
      });

      it('waits for a slow reader', async () => {
        let reading = 0;
        let most = 0;
        let bytesRead = 0;
        await run(job('i=0; while [ $i -lt 200 ]; do echo "line $i"; i=$((i+1)); done'), {
          onLog: async ({ bytes }) => {
            reading += 1;
            most = Math.max(most, reading);
            await new Promise((resolve) => setImmediate(resolve));
            bytesRead += bytes.length;
            reading -= 1;
          },
        });
        expect({ most, bytesRead }).toEqual({ most: 1, bytesRead: 10 * 7 + 90 * 8 + 100 * 9 });
      });
    });

    describe.each([
      ['mounted from a store on the same disk', () => directory],
      ['copied from a store that is not on a disk', () => memory],
    ])('inputs %s', (_, storeOf) => {
      it('stand where they belong, read-only or not, for any user', async () => {
        const store = storeOf();
        const inputs = [
          await inputOf(store, '/inputs/a', { 'one.csv': '1\n', 'deep/er/two.csv': '2\n', empty: '' }),
          await inputOf(store, '/inputs/b/date=2021-01-29', { 'ümlaut %41.csv': '3\n' }),
        ];
        const script =
          'cd /inputs; cat a/one.csv a/deep/er/two.csv a/empty b/date=*/*; ls -A missing; find . -type f | wc -l';
        const ran = await run(
          job(script, { inputs, emptyFolders: ['/inputs/missing'], user: '1000' }, store),
        );
        expect(ran).toMatchObject({ stdout: '1\n2\n3\n4\n', stderr: '' });
        expect(ran.usage.inputBytes).toBe(6);
      });

      it('are verified: one with other bytes is named, and nothing runs', async () => {
        const store = storeOf();
        const input = await inputOf(store, '/inputs/a', { 'a.csv': 'good' });
        await store.delete([`${input.prefix}a.csv`]);
        await store.put(`${input.prefix}a.csv`, Buffer.from('evil'));
        const ran = await run(job('echo ran', { inputs: [input] }, store));
        expect(ran).toMatchObject({
          stdout: '',
          cause: { kind: 'input-corrupt', message: expect.stringContaining(`${input.prefix}a.csv`) },
        });
      });

      it('are verified: one of another size and one that is gone are named and told apart', async () => {
        const store = storeOf();
        const input = await inputOf(store, '/inputs/a', { 'a.csv': 'good' });
        await store.delete([`${input.prefix}a.csv`]);
        expect((await run(job('true', { inputs: [input] }, store))).cause).toMatchObject({
          kind: 'input-gone',
          message: expect.stringContaining(`${input.prefix}a.csv`),
        });
        await store.put(`${input.prefix}a.csv`, Buffer.from('longer'));
        expect((await run(job('true', { inputs: [input] }, store))).cause).toMatchObject({
          kind: 'input-corrupt',
          message: expect.stringContaining('bytes'),
        });
      });
    });

    it('carries thousands of small files both ways, each as it was', async () => {
      const script = `i=0; while [ $i -lt ${MANY} ]; do echo "$i" > /outputs/f$i; i=$((i+1)); done`;
      const made = declaring(job(script, {}, memory), ['f*']);
      const { objects, cause } = await run(made);
      expect({ cause, count: objects.length }).toEqual({ cause: undefined, count: MANY });
      const inputs = [{ store: memory.ref, prefix: made.outputs.prefix, to: '/inputs/a', objects }];
      const check = `cd /inputs/a; ls | wc -l; i=0; while [ $i -lt ${MANY} ]; do read x < f$i; [ "$x" = $i ]; i=$((i+1)); done`;
      const ran = await run(job(check, { inputs }, memory));
      expect({ cause: ran.cause, stdout: ran.stdout.trim() }).toEqual({
        cause: undefined,
        stdout: String(MANY),
      });
    });

    describe('inputs from a cache on this disk', () => {
      let cached: Engine;
      let reads = 0;
      const far: ObjectStore = {
        ...memory,
        get(key, options) {
          reads += 1;
          return memory.get(key, options);
        },
      };

      beforeAll(() => {
        cached = createDockerEngine({
          host: parts.host,
          env: {},
          openStore: () => far,
          cache: { folder: join(folder, 'cache') },
        });
      });
      afterAll(() => cached.close());

      const runCached = async (asked: Job): Promise<Ran> => run(asked, {}, cached);

      it('stand where they belong, for any user, and are read from their store once', async () => {
        const inputs = [
          await inputOf(memory, '/inputs/a', { 'one.csv': '1\n', 'deep/er/two.csv': '2\n', empty: '' }),
          await inputOf(memory, '/inputs/b/date=2021-01-29', { 'ümlaut %41.csv': '3\n' }),
        ];
        const script =
          'cd /inputs; cat a/one.csv a/deep/er/two.csv b/date=*/*; find . -type f | wc -l; (echo x > a/one.csv) 2>/dev/null || echo kept; ls missing';
        reads = 0;
        const asked = { inputs, emptyFolders: ['/inputs/missing'] };
        const all = ['1000', '0', '1000'].map((user) => runCached(job(script, { ...asked, user }, memory)));
        for (const ran of await Promise.all(all)) {
          expect(ran).toMatchObject({ stderr: '', usage: { inputBytes: 6 } });
          expect(ran.stdout).toMatch(/^1\n2\n3\n4\n/);
        }
        expect(reads).toBe(4);
        // The engine shares this disk, so nothing is copied.
        const mounted = await runCached(job('grep -c " /inputs/.* ro," /proc/mounts', asked, memory));
        expect(mounted.stdout).toBe('2\n');
        expect(await readdir(join(folder, 'cache', 'attempts'))).toEqual([]);
      });

      it('are programs only for whom they are: one content may be both', async () => {
        const made = await inputOf(memory, '/inputs/a', { tool: '#!/bin/sh\necho works\n' });
        const objects = made.objects.map((object) => ({ ...object, executable: true as const }));
        const asked = { inputs: [{ ...made, to: '/inputs/b', objects }, made] };
        const use = '/inputs/b/tool; test ! -x /inputs/a/tool';
        for (const user of ['0', '1000']) {
          const ran = await runCached(job(use, { ...asked, user }, memory));
          expect(ran).toMatchObject({ stdout: 'works\n', exitCode: 0 });
        }
      });

      it('are the same where more are wanted than can be mounted', async () => {
        const inputs = [];
        for (let index = 0; index < 40; index += 1) {
          inputs.push(await inputOf(memory, `/inputs/a/n=${index}`, { f: `many ${index}\n` }));
        }
        reads = 0;
        for (let round = 1; round <= 2; round += 1) {
          const ran = await runCached(job('cat /inputs/a/*/f | wc -l', { inputs }, memory));
          expect(ran.stdout.trim()).toBe('40');
        }
        expect(reads).toBe(40);
      });

      it('are verified: one with other bytes is named, and nothing runs or is kept', async () => {
        const input = await inputOf(memory, '/inputs/a', { 'a.csv': 'cached good' });
        await memory.put(`${input.prefix}a.csv`, Buffer.from('cached evil'));
        for (let round = 1; round <= 2; round += 1) {
          const ran = await runCached(job('echo ran', { inputs: [input] }, memory));
          expect(ran).toMatchObject({ stdout: '', cause: { kind: 'input-corrupt' } });
        }
        expect(await readdir(join(folder, 'cache', 'attempts'))).toEqual([]);
        expect(await readdir(join(folder, 'cache', 'tmp'))).toEqual([]);
      });
    });

    it('shows a task only the files that the manifest names', async () => {
      const input = await inputOf(directory, '/inputs/a', { 'a.csv': '1' });
      await directory.put(`${input.prefix}stray.csv`, Buffer.from('x'));
      expect((await run(job('ls /inputs/a', { inputs: [input] }))).stdout).toBe('a.csv\n');
    });

    it('takes more inputs than it mounts', async () => {
      const inputs = [];
      for (let index = 0; index < 40; index += 1) {
        inputs.push(await inputOf(directory, `/inputs/a/n=${index}`, { f: `${index}\n` }));
      }
      expect((await run(job('cat /inputs/a/*/f | wc -l', { inputs }))).stdout.trim()).toBe('40');
    });

    describe('programs', () => {
      it.each([
        ['mounted from a store on the same disk', () => directory],
        ['copied from a store that is not on a disk', () => memory],
      ])('stay programs, and what is none stays none: %s', async (_, storeOf) => {
        const store = storeOf();
        const script =
          'cd /outputs; printf "#!/bin/sh\\necho works\\n" > tool; cp tool plain; chmod 755 tool; chmod 644 plain; ln -s tool soft';
        const made = declaring(job(script, {}, store), ['tool', 'plain', 'soft']);
        const { objects, cause } = await run(made);
        expect(cause).toBeUndefined();
        expect(objects.map(({ path, executable = false }) => [path, executable])).toEqual([
          ['plain', false],
          ['soft', true],
          ['tool', true],
        ]);
        const inputs = [{ store: store.ref, prefix: made.outputs.prefix, to: '/inputs/a', objects }];
        const use = 'cd /inputs/a; ./tool; ./soft; test ! -x plain';
        expect(await run(job(use, { inputs, user: '1000' }, store))).toMatchObject({
          stdout: 'works\nworks\n',
          exitCode: 0,
        });
      });
    });

    describe('outputs', () => {
      it('are stored below their prefix, with size and hash, and undeclared ones reported', async () => {
        const asked = declaring(
          job(
            'cd /outputs; echo hi > a.csv; mkdir -p d/e; echo x > d/e/f; echo no > other; echo ü > "d/ü ß.csv"',
          ),
          ['a.csv', 'd/'],
        );
        const ran = await run(asked);
        expect(ran.objects).toEqual([
          {
            path: 'a.csv',
            bytes: 3,
            sha256: '98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4',
          },
          { path: 'd/e/f', bytes: 2, sha256: expect.any(String) },
          { path: 'd/ü ß.csv', bytes: 3, sha256: expect.any(String) },
        ]);
        expect(ran.undeclared).toEqual(['other']);
        expect(ran.usage.outputBytes).toBe(8);
        expect(await keysBelow(directory, asked.outputs.prefix)).toEqual(['a.csv', 'd/e/f', 'd/ü ß.csv']);
      });

      it('that are links within /outputs get the bytes they lead to', async () => {
        const script =
          'cd /outputs; echo data > a; ln a hard; ln -s a soft; ln -s /outputs/plain far; echo plain > plain';
        const asked = declaring(job(script), ['a', 'hard', 'soft', 'far']);
        const ran = await run(asked);
        expect(ran.cause).toBeUndefined();
        const texts = await Promise.all(
          ['a', 'hard', 'soft', 'far'].map((path) => textOf(directory, asked.outputs.prefix + path)),
        );
        expect(texts).toEqual(['data\n', 'data\n', 'data\n', 'plain\n']);
        expect(ran.objects.map(({ bytes }) => bytes)).toEqual([5, 6, 5, 5]);
      });

      it.each([
        ['missing', 'true', ['a.csv'], 'output-missing', '"a.csv"'],
        ['empty', ': > /outputs/a.csv', ['*.csv'], 'output-empty', '"a.csv"'],
        ['a link out', 'ln -s /etc/passwd /outputs/a.csv', ['a.csv'], 'output-refused', '"a.csv"'],
        ['a pipe', 'mkfifo /outputs/p', ['p'], 'output-refused', '"p"'],
        ['a name with a newline', 'echo x > "/outputs/a\nb"', ['*'], 'output-refused', '"a\\nb"'],
        ['one of two missing', 'echo x > /outputs/a', ['a', 'b'], 'output-missing', '"b"'],
      ])(
        'that are %s fail by name, and nothing stays in the store',
        async (_, script, patterns, kind, word) => {
          const asked = declaring(job(script), patterns);
          const { cause, exitCode } = await run(asked);
          expect({ kind: cause?.kind, exitCode }).toEqual({ kind, exitCode: 0 });
          expect(cause?.message).toContain(word);
          expect(await keysBelow(directory, asked.outputs.prefix)).toEqual([]);
        },
      );

      it('of a task that failed are not stored', async () => {
        const asked = declaring(job('echo x > /outputs/a; exit 1'), ['a']);
        expect((await run(asked)).objects).toEqual([]);
        expect(await keysBelow(directory, asked.outputs.prefix)).toEqual([]);
      });

      it('that nobody declared are reported where nothing at all was', async () => {
        expect((await run(job('sleep 0.1; echo x > /outputs/a'))).undeclared).toEqual(['a']);
        expect(
          (await run(job('sleep 0.1; mkdir /outputs/d; echo x > /outputs/d/b', { user: '1000' }))).undeclared,
        ).toEqual(['d/b']);
      });

      it('may be sparse and large', async () => {
        const asked = declaring(job('truncate -s 20M /outputs/a; printf end >> /outputs/a'), ['a']);
        expect((await run(asked)).objects).toMatchObject([{ path: 'a', bytes: 20 * 2 ** 20 + 3 }]);
      });

      it("don't include what the image has there", async () => {
        const ran = await run(declaring(job('ls -A /outputs; echo x > /outputs/a'), ['a']));
        expect(ran).toMatchObject({ stdout: '', undeclared: [] });
      });

      it('are told from a store that fails', async () => {
        const full: ObjectStore = {
          ...memory,
          put: () => Promise.reject(new StoreError('store-full', 'no space left on the disk')),
        };
        const other = createDockerEngine({ host: parts.host, env: {}, openStore: () => full });
        const asked = declaring(job('echo x > /outputs/a', {}, memory), ['a']);
        const { cause } = await other.run(asked, {
          signal: new AbortController().signal,
          watched: false,
          onLog: () => undefined,
        });
        await other.close();
        expect(cause).toMatchObject({
          kind: 'store-full',
          message: expect.stringContaining('no space left'),
        });
      });
    });

    describe('values', () => {
      it('come back as written', async () => {
        const script =
          'echo n=5 >> $SLUICE_OUTPUT; printf "list<<E\\na\\nb\\nE\\nextra=1\\n" >> $SLUICE_OUTPUT';
        const warnings: string[] = [];
        const onWarning = (message: string): void => void warnings.push(message);
        const { values } = await run(declaring(job(script), [], ['n', 'list']), { onWarning });
        expect(values).toEqual({ n: '5', list: 'a\nb' });
        expect(warnings).toEqual(['Dropped from $SLUICE_OUTPUT, as no output declares it as a value: extra']);
      });

      it('that are missing fail by name, and nothing is stored', async () => {
        const asked = declaring(job('echo x > /outputs/a; echo n=5 >> $SLUICE_OUTPUT'), ['a'], ['n', 'm']);
        expect((await run(asked)).cause).toMatchObject({
          kind: 'value-missing',
          message: expect.stringMatching(/^m was declared/),
        });
        expect(await keysBelow(directory, asked.outputs.prefix)).toEqual([]);
      });

      it('that are not name=value fail with the line', async () => {
        const { cause } = await run(declaring(job('echo hello >> $SLUICE_OUTPUT'), [], ['n']));
        expect(cause).toMatchObject({ kind: 'value-missing', message: expect.stringContaining('line 1') });
      });
    });

    it('gives a task a living network after its holder was removed', async () => {
      await run(job('true'));
      const filters = { label: [`sluice.store=${storeId}`, 'sluice.kind=holder'] };
      for (const { Id } of await parts.docker.listContainers({ filters })) {
        await parts.docker.getContainer(Id).remove({ force: true });
      }
      expect((await run(job('echo alive'))).stdout).toBe('alive\n');
    });

    it('keeps no connection of one task for the next, whose port it would hold', async () => {
      const serving = await run(
        job(`
          nc -l -p 5555 -e echo answered &
          until nc 127.0.0.1 5555 < /dev/null 2> /dev/null; do sleep 0.1; done
          wait
        `),
      );
      expect(serving).toMatchObject({ stdout: 'answered\n', exitCode: 0 });
      // The end that closed first would keep its port for a minute (TIME_WAIT). A listener without SO_REUSEADDR is
      // refused such a port; all that listen in this image have it, so that the port is looked for instead.
      const next = await run(job('netstat -tan; netstat -tan | grep -c :5555'));
      expect(next).toMatchObject({ stdout: expect.stringMatching(/State\s*\n0\n$/) });
    });

    it('runs several at once, and leaves no container and no volume of any of them', async () => {
      const scripts = ['true', 'exit 1', 'echo x > /outputs/a', 'nosuch', 'sleep 30', 'sleep 30'];
      const abort = new AbortController();
      const all = scripts.map((script, index) =>
        run(
          job(script, index === 4 ? { timeoutSeconds: 1 } : {}),
          index === 5 ? { signal: abort.signal } : {},
        ),
      );
      await Promise.all(all.slice(0, 5));
      abort.abort();
      const kinds = (await Promise.all(all)).map(({ cause }) => cause?.kind);
      expect(kinds).toEqual([undefined, 'exit', undefined, 'command-not-found', 'timeout', 'cancelled']);
      expect(await tasksLeft()).toBe(0);
      expect((await leftovers()).volumes).toBe(0);
    });

    describe('images that were built', () => {
      const owner = { storeId, project: 'prices' };
      const names = new Set<string>();

      afterAll(async () => {
        for (const name of names) {
          await parts.docker
            .getImage(name)
            .remove({ force: true })
            .catch(() => undefined);
        }
      });

      /** By a task that it is made for. */
      async function build(text: string, by: { readonly owner?: ImageOwner } = { owner }): Promise<Built> {
        const contextFolder = await mkdtemp(join(tmpdir(), 'sluice-built-'));
        try {
          // The store's name is in it: no other test's image has this content.
          const dockerfile = `FROM ${parts.image}\nENV MADE_FOR="${storeId} ${text}"\n${text}\n`;
          await writeFile(join(contextFolder, 'Dockerfile'), dockerfile);
          await writeFile(join(contextFolder, 'tool'), '');
          const contentHash = await hashContext(contextFolder, 'Dockerfile', {});
          const image = { kind: 'build', contextFolder, dockerfile: 'Dockerfile', buildArgs: {} } as const;
          const ran = await run(job('true', { image: { ...image, contentHash, ...by } }));
          expect(ran.cause).toBeUndefined();
          names.add(`sluice-build:${contentHash}`);
          return { contentHash, name: `sluice-build:${contentHash}` };
        } finally {
          await rm(contextFolder, { recursive: true });
        }
      }

      async function areThere(images: readonly string[]): Promise<readonly string[]> {
        const there = await Promise.all(
          images.map((name) =>
            parts.docker
              .getImage(name)
              .inspect()
              .then(
                () => true,
                () => false,
              ),
          ),
        );
        return images.filter((_, index) => there[index]);
      }

      const bare = (found: readonly string[]): readonly string[] =>
        found.map((name) => name.slice(name.indexOf('sluice-build:'))).sort();

      it('go when nothing asks for them, whichever builder made them', async () => {
        const live = await build('LABEL of=live');
        const classic = await build('COPY tool /classic');
        const buildKit = await build('COPY --chmod=755 tool /kit');
        const dead = [classic.name, buildKit.name].sort();
        const options = { owner, live: new Set([live.contentHash]) };
        const told = await engine.removeBuilt({ ...options, dryRun: true });
        expect({ removed: bare(told.removed), kept: told.kept }).toEqual({ removed: dead, kept: [] });
        expect(await areThere([live.name, ...dead])).toEqual([live.name, ...dead]);
        const { removed } = await engine.removeBuilt({ ...options, dryRun: false });
        expect(bare(removed)).toEqual(dead);
        expect(await areThere([live.name, ...dead])).toEqual([live.name]);
        expect(await engine.removeBuilt({ ...options, dryRun: false })).toMatchObject({
          removed: [],
          kept: [],
        });
      });

      it("stay where they are another project's, another store's or nobody's", async () => {
        const others = [
          await build('LABEL of=project', { owner: { ...owner, project: 'other' } }),
          await build('LABEL of=store', { owner: { ...owner, storeId: `o-${storeId}` } }),
          await build('LABEL of=nobody', {}),
        ].map(({ name }) => name);
        const nobodys = others.at(-1);
        const gone = await engine.removeBuilt({ owner, live: new Set(), dryRun: false });
        expect(await areThere(others)).toEqual(others);
        expect(bare(gone.removed)).not.toEqual(expect.arrayContaining(others));
        expect(bare(gone.ownerless).filter((name) => others.includes(name))).toEqual([nobodys]);
      });

      it('stay while a container uses them, or a person has named them', async () => {
        const used = await build('LABEL of=used');
        const named = await build('LABEL of=named');
        const repo = `localhost/sluice-named-${process.pid}`;
        names.add(`${repo}:1`);
        await parts.docker.getImage(named.name).tag({ repo, tag: '1' });
        const container = await parts.docker.createContainer({ Image: used.name, Cmd: ['true'] });
        const stay = [used.name, named.name, `${repo}:1`];
        try {
          for (const dryRun of [true, false]) {
            const { removed, kept } = await engine.removeBuilt({ owner, live: new Set(), dryRun });
            expect(removed).toEqual([]);
            const why = Object.fromEntries(kept.map((one) => [bare([one.name])[0], one.why]));
            expect(why).toEqual({
              [used.name]: 'a container uses it',
              [named.name]: `it is also called ${repo}:1`,
            });
          }
          expect(await areThere(stay)).toEqual(stay);
        } finally {
          await container.remove({ force: true });
        }
        await parts.docker.getImage(`${repo}:1`).remove();
        const { removed } = await engine.removeBuilt({ owner, live: new Set(), dryRun: false });
        expect(bare(removed)).toEqual([used.name, named.name].sort());
      });

      it('leave what a person has made of them, which has their labels', async () => {
        const base = await build('LABEL of=base');
        const repo = `localhost/sluice-made-of-${process.pid}`;
        names.add(`${repo}:1`);
        const container = await parts.docker.createContainer({ Image: base.name, Cmd: ['true'] });
        await container.commit({ repo, tag: '1' });
        await container.remove({ force: true });
        const { removed, kept } = await engine.removeBuilt({ owner, live: new Set(), dryRun: false });
        expect({ removed: bare(removed), kept }).toEqual({ removed: [base.name], kept: [] });
        expect(await areThere([`${repo}:1`])).toEqual([`${repo}:1`]);
      });
    });

    describe('a sweep', () => {
      const dead = '20210129T000000Z-dead00';
      const made: string[] = [];

      interface Leftover {
        readonly name: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly image?: string;
      }

      afterEach(async () => {
        for (const id of made.splice(0)) {
          const container = parts.docker.getContainer(id);
          await container.remove({ force: true, v: true }).catch(() => undefined);
        }
      });

      const labelsOf = (run: string, store = storeId): Record<string, string> => ({
        'sluice.store': store,
        'sluice.run': run,
        'sluice.attempt': `${run}-1`,
        'sluice.kind': 'task',
      });

      async function leave({ name, labels, image = parts.image }: Leftover): Promise<string> {
        const container = await parts.docker.createContainer({
          name,
          Image: image,
          Cmd: ['sleep', '60'],
          Labels: labels,
          HostConfig: {
            NetworkMode: 'none',
            Mounts: [
              {
                Type: 'volume',
                Target: '/outputs',
                VolumeOptions: { Labels: labels },
              } as unknown as Dockerode.MountSettings,
            ],
          },
        });
        made.push(container.id);
        await container.start();
        return container.id;
      }

      /** Whose containers are still there. */
      async function sweepAmong(left: Readonly<Record<string, string>>): Promise<readonly string[]> {
        // The suite's own runs live too.
        await engine.sweep({ storeId, isLive: (run) => Promise.resolve(run !== dead) });
        const ids = (await parts.docker.listContainers({ all: true })).map(({ Id }) => Id);
        return Object.entries(left)
          .filter(([, id]) => ids.includes(id))
          .map(([whose]) => whose);
      }

      it('removes what dead runs left, and nothing of live runs and other stores', async () => {
        const live = '20210129T000000Z-11fe00';
        const left = {
          dead: await leave({ name: `sluice-${dead}-1`, labels: labelsOf(dead) }),
          live: await leave({ name: `sluice-${live}-1`, labels: labelsOf(live) }),
        };
        expect(await sweepAmong(left)).toEqual(['live']);
        const other = {
          other: await leave({ name: `sluice-${dead}-1`, labels: labelsOf(dead, `o-${storeId}`) }),
        };
        expect(await sweepAmong(other)).toEqual(['other']);
      });

      it('leaves what a person made of an image that was committed from a task', async () => {
        const id = await leave({ name: `sluice-${dead}-1`, labels: labelsOf(dead) });
        const repo = `localhost/sluice-committed-${process.pid}`;
        await parts.docker.getContainer(id).commit({ repo, tag: '1' });
        try {
          expect(await sweepAmong({ task: id })).toEqual([]);
          const image = `${repo}:1`;
          const left = {
            theirs: await leave({ name: `theirs-${process.pid}`, labels: {}, image }),
            'under its name': await leave({ name: `sluice-${dead}-1`, labels: {}, image }),
          };
          expect(await sweepAmong(left)).toEqual(['theirs', 'under its name']);
          await parts.docker.getContainer(left['under its name']).remove({ force: true, v: true });
          // A task's image may be one of these.
          const again = {
            ours: await leave({
              name: `sluice-${dead}-2`,
              labels: { ...labelsOf(dead), 'sluice.attempt': `${dead}-2` },
              image,
            }),
          };
          expect(await sweepAmong(again)).toEqual([]);
        } finally {
          for (const container of made.splice(0)) {
            await parts.docker
              .getContainer(container)
              .remove({ force: true, v: true })
              .catch(() => undefined);
          }
          await parts.docker.getImage(`${repo}:1`).remove({ force: true });
        }
      });

      it('passes by labels that are not of any run', async () => {
        const odd = ['', '../..', 'x'.repeat(300), `${dead}/../y`];
        const left: Record<string, string> = {};
        for (const [index, run] of odd.entries()) {
          left[run] = await leave({ name: `odd-${process.pid}-${index}`, labels: labelsOf(run) });
        }
        expect(await sweepAmong(left)).toEqual(odd);
      });
    });
  });
}

async function isRunning(container: Dockerode.Container): Promise<boolean> {
  return container.inspect().then(
    ({ State }) => State.Running,
    () => false,
  );
}

async function logsOf(container: Dockerode.Container): Promise<string> {
  return (await container.logs({ stdout: true, stderr: true })).toString();
}
