import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DevartClient } from '@devart/plugin-devart-common';
import type { AgentLogger } from './AgentLogger';
import type { Enrolment } from './AgentOptions';
import { apiProblemOf } from './ApiProblem';
import { EnrolmentError } from './EnrolmentError';

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw new EnrolmentError(`The key file ${file} cannot be read`, {
      cause: error,
    });
  }
}

/** Whole or not at all, and never readable for others in between. */
async function writeKey(file: string, key: string): Promise<void> {
  const draft = `${file}.${process.pid}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await rm(draft, { force: true });
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${key}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    throw new EnrolmentError(
      `The agent has enrolled, but its key could not be written to ${file}; remove the agent in the portal before it enrols again`,
      { cause: error },
    );
  }
}

/**
 * Registers an agent with its enrolment token and keeps the key, or finds the
 * key that an earlier start has kept.
 *
 * Throws an `EnrolmentError` when it cannot have a key, and what the call threw when
 * the control plane could not be reached.
 */
export async function obtainKey(options: {
  enrolment: Enrolment;
  concurrency: number;
  client: DevartClient;
  logger: AgentLogger;
}): Promise<string> {
  const { enrolment, concurrency, client, logger } = options;
  const { token, name, capabilities, description, keyFile } = enrolment;
  const kept = await readKey(keyFile);
  if (kept) {
    return kept;
  }
  if (!token) {
    throw new EnrolmentError(
      `There is no key in ${keyFile} and no enrolment token to get one with`,
    );
  }
  try {
    const { key } = await client.agents.enrol({
      token,
      name,
      capabilities,
      description,
      maxConcurrent: enrolment.maxConcurrent ?? concurrency,
    });
    await writeKey(keyFile, key);
    logger.info(`Enrolled as ${name}; the key is kept in ${keyFile}`);
    return key;
  } catch (error) {
    if (error instanceof EnrolmentError) {
      throw error;
    }
    const { kind, message } = apiProblemOf(error);
    if (kind === 'conflict') {
      throw new EnrolmentError(
        `The agent cannot enrol as ${name}: ${message}. If it is this agent, put its key into ${keyFile}; else choose another name`,
        { cause: error },
      );
    }
    if (kind === 'refused' || kind === 'rejected' || kind === 'gone') {
      throw new EnrolmentError(`The agent cannot enrol: ${message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
