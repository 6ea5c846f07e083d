import { userInfo } from 'node:os';
import { whoOf } from '../../app/hand/who.ts';
import { EXIT } from '../../errors.ts';
import { gitUserName } from '../../machine/git-user.ts';
import { isCarriedOut, type HandReport } from '../../model/hand.ts';
import { handDocument, handLines } from '../../report/by-hand.ts';
import { createPaint } from '../../report/paint.ts';
import type { CommonFlags } from '../cli/flags.ts';
import type { Output } from '../cli/output.ts';

export interface HandFlags extends CommonFlags {
  readonly by?: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly last?: string;
}

/** What of its flags such a command hands on, with who gives it. */
export async function handOptions(flags: HandFlags): Promise<{
  readonly who: string;
  readonly reason?: string;
  readonly from?: string;
  readonly to?: string;
  readonly last?: string;
}> {
  const { reason, from, to, last } = flags;
  return {
    who: await whoActs(flags),
    ...(reason !== undefined && { reason }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(last !== undefined && { last }),
  };
}

/** Who gives the command, as its flags and its surroundings say. */
export async function whoActs({ by, project }: Pick<HandFlags, 'by' | 'project'>): Promise<string> {
  const { env } = process;
  const gitName = await gitUserName(project ?? process.cwd(), env);
  return whoOf({ by, env, gitName, login: loginName() });
}

/** A container's user may be one of no name. */
function loginName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** 3 where something that was asked for is not so. */
export async function tellByHand(report: HandReport, output: Output): Promise<number> {
  if (output.json) await output.document(handDocument(report));
  else output.say(handLines(report, createPaint(output.color)));
  return isCarriedOut(report) ? EXIT.ok : EXIT.incomplete;
}
