// What programs may build on: the Action, a server, a script. Types are plain JSON; see docs/library.md.

// The application layer: a project, a request, secrets, an engine and a ledger become a plan and a report.
export { openPipeline, type AppOptions, type AskedPipeline } from './app/asked-pipeline.ts';
export { estimatePlanned } from './app/estimate.ts';
export { planBackfill, type BackfillAsked, type PlannedBackfill } from './app/backfill/plan-backfill.ts';
export {
  cancelBackfill,
  listBackfills,
  readBackfill,
  type RecordedBackfill,
} from './app/backfill/recorded.ts';
export { resumeBackfill, type ResumedBackfill } from './app/backfill/resume.ts';
export { runBackfill, runBackfillOn, type BackfillOptions } from './app/backfill/run-backfill.ts';
export { askedInstances, oneInstance } from './app/instance.ts';
export { clearByHand, type ClearOptions } from './app/hand/clear.ts';
export { publishByHand } from './app/hand/publish.ts';
export { putByHand, type PutOptions } from './app/hand/put.ts';
export { skipByHand, type HandOptions } from './app/hand/skip.ts';
export { InterruptedError } from './app/interrupted.ts';
export { readKeptPlan } from './app/kept-plan/file.ts';
export { keepPlanned, planAsKept } from './app/kept-plan/plan-as-kept.ts';
export { openLedger } from './app/open-ledger.ts';
export { olderMissing, type OlderMissing } from './app/older-missing.ts';
export { planPipeline, type Planned, type PlanOptions } from './app/planned.ts';
export { prepareRepro, type Repro, type SecretsFrom } from './app/repro.ts';
export type { RequestOptions } from './app/request.ts';
export { committedIds, readManifests } from './app/results/committed.ts';
export { fetchInstance, type Fetched, type FetchedFile } from './app/results/fetch-instance.ts';
export { openReadingLedger } from './app/reading-ledger.ts';
export { runOn, runPlanned, type RunOptions } from './app/run.ts';
export { openStandingLedger } from './app/standing-ledger.ts';
export { targetOf, type Target } from './app/target.ts';
export {
  statusOf as tickStatus,
  tickPipelines,
  type AskedTick,
  type Tick,
  type TickOptions,
} from './app/tick/tick.ts';

// What it is made of, for a program that puts it together in another way.
export { openEngine, openStore, openStoreRef } from './compose.ts';
export {
  openProject,
  openSoundProject,
  openSettings,
  openStoreSettings,
  pipelineNames,
  type OpenedProject,
  type SoundProject,
} from './app/project/open-project.ts';
export type { ProjectOptions } from './app/project/project-options.ts';
export { withImageHashes } from './app/project/image-hashes.ts';
export { EngineError, EXIT, ProblemsError, StoreError } from './errors.ts';
export { printableProblems as formatProblems } from './report/frame.ts';
export { createStreamHash, type StreamHash } from './hash/stream-hash.ts';
export type { Ledger } from './ledger/ledger.ts';
export type { RunEvent } from './model/event.ts';
export type { Job, JobResult } from './model/job.ts';
export type { Estimate } from './model/estimate.ts';
export type { KeptPlan } from './model/kept-plan.ts';
export type { HandInstance, HandReport } from './model/hand.ts';
export type { InstanceId } from './model/partition.ts';
export type { Pipeline, Project, Task } from './model/pipeline.ts';
export type { Plan, PlannedInstance, PlanRequest } from './model/plan.ts';
export type { Problem } from './model/problem.ts';
export type { BackfillRecord } from './model/backfill.ts';
export type { FailureRecord, Manifest, RunRecord, WaitRecord } from './model/records.ts';
export type { Report } from './model/report.ts';
export type { Clock, Engine, ObjectStore, Reporter } from './ports.ts';
export { makePlan } from './plan/plan.ts';
export { scopeOf } from './plan/scope/scope.ts';
export { nextAsk } from './plan/states/wait.ts';
export { planDocument, problemsDocument, reportDocument } from './report/json.ts';
export type { Interrupt, RunEnvironment } from './run/run-environment.ts';
export { runPlan } from './run/run.ts';
