import { expect, it } from 'vitest';
import { mermaid } from '../../runner/plan/graph.ts';
import { failure, knowledge, need, pipeline, pipelines, request, select, task } from './build.ts';
import { planned } from './table.ts';

it('draws a node a task with its counts, an edge a need, dotted where it is optional', async () => {
  const own = pipeline([
    task('prices'),
    task('odd "name" <b>#1'),
    task('score', {
      needs: [
        need('prices', { select: select.window(2), atLeast: 1 }),
        need('odd "name" <b>#1', { optional: true }),
        need('copy/main'),
      ],
    }),
  ]);
  const plan = planned(
    pipelines(own, pipeline([task('main')], { name: 'copy' })),
    request({ range: { kind: 'range', from: '2021-01-27', to: '2021-01-28' } }),
    knowledge({
      done: ['p/prices/date=2021-01-27', 'p/prices/date=2021-01-28', 'copy/main/date=2021-01-27'],
      failures: [failure('p/odd "name" <b>#1/date=2021-01-28')],
    }),
  );
  await expect(`${mermaid(plan)}\n`).toMatchFileSnapshot('../golden/plan/graph.mmd');
});
