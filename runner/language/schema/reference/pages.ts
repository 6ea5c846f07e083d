import { jsonSchema } from '../shape/json-schema.ts';
import { pipelineFile } from '../pipeline.ts';
import { projectFile } from '../project.ts';
import { reference } from './reference.ts';
import { reusableFile } from '../reusable.ts';

/** What editors check pipelines, projects and reusable tasks by. */
export function jsonSchemas(): Readonly<Record<'pipeline' | 'project' | 'reusable', unknown>> {
  return {
    pipeline: jsonSchema('A sluice pipeline (pipelines/*.yaml)', pipelineFile),
    project: jsonSchema('A sluice project (sluice.yaml)', projectFile),
    reusable: jsonSchema('A reusable sluice task', reusableFile),
  };
}

/** The generated files of docs/, by path: the command `npm run docs` writes them. */
export function pages(): Readonly<Record<string, string>> {
  const schemas = Object.entries(jsonSchemas()).map(([name, schema]) => [
    `docs/schema/${name}.json`,
    `${JSON.stringify(schema, null, 2)}\n`,
  ]);
  return { 'docs/pipeline-reference.md': reference(), ...Object.fromEntries(schemas) };
}
