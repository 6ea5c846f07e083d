// What programs may build on: the Action, a server, a script. Types are plain JSON; see docs/architecture.md.
export {
  openEngine,
  openProject,
  openProjectLedger,
  openStore,
  withImageHashes,
  type ComposeOptions,
  type OpenedProject,
} from './compose.ts';
export { EngineError, EXIT, ProblemsError, StoreError } from './errors.ts';
export { createStreamHash, type StreamHash } from './hash/stream-hash.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { RunEvent } from './model/event.ts';
export type { Job, JobResult } from './model/job.ts';
export type { Pipeline, Project, Task } from './model/pipeline.ts';
export type { Plan, PlanRequest } from './model/plan.ts';
export type { Problem } from './model/problem.ts';
export type { Report } from './model/report.ts';
export type { Clock, Engine, ObjectStore, Reporter } from './ports.ts';
export { makePlan } from './plan/plan.ts';
export { scopeOf } from './plan/scope.ts';
export { runPlan } from './run/run.ts';
export type { RunEnvironment } from './run/run-environment.ts';
