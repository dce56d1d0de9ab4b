import { spawn } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderSize } from '../workspace/folderSize';
import type { CloneSource } from './CloneSource';
import { GitError } from './GitError';

/** User name and password for HTTP. */
export interface GitCredential {
  username: string;
  password: string;
}

/** What a call of Git is bounded by. */
export interface GitCall {
  args: string[];
  /** Sent to its standard input. */
  input?: string;
  timeoutMs: number;
  /** The most output that is taken; 64 MiB unless said otherwise. */
  maxBytes?: number;
  /** Whether more output than that is cut off rather than an error. */
  truncate?: boolean;
  /** Exit codes beside 0 that are an answer. */
  answers?: number[];
}

/** What Git answered. */
export interface GitAnswer {
  code: number;
  output: Buffer;
  truncated: boolean;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_CHARACTERS = 2000;
const SIZE_CHECK_MS = 1000;
const SIZE_UNKNOWN = 'nobody could tell how large the repository is';

/** Of the agent's own environment, all that Git needs to see. */
const PASSED_ON = [
  'PATH',
  'SSH_AUTH_SOCK',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'GIT_SSL_CAINFO',
];

/**
 * The whole configuration of Git: that of the machine and of the user is not
 * read, and a bare repository that the agent made holds none of its own.
 */
const CONFIG = `[core]
	hooksPath = /dev/null
	fsmonitor = false
	attributesFile = /dev/null
	quotePath = false
	bigFileThreshold = 16m
[safe]
	directory = *
[init]
	defaultBranch = none
[credential]
	helper =
[submodule]
	recurse = false
[fetch]
	recurseSubmodules = false
[gc]
	auto = 0
[maintenance]
	auto = false
[http]
	lowSpeedLimit = 1000
	lowSpeedTime = 60
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
`;

function environment(
  folder: string,
  source: CloneSource,
  credential: GitCredential | undefined,
): Record<string, string> {
  const passedOn = PASSED_ON.flatMap(name => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return {
    ...Object.fromEntries(passedOn),
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(folder, 'gitconfig'),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_ALLOW_PROTOCOL: source.protocol,
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...credentialEnvironment(source, credential),
  };
}

/** In the environment, since arguments and URLs are seen by others and end in messages. */
function credentialEnvironment(
  source: CloneSource,
  credential: GitCredential | undefined,
): Record<string, string> {
  if (!credential || !source.origin) {
    return {};
  }
  const { username, password } = credential;
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${source.origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

function missing(error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT'
    ? new Error('Git is not installed where the agent runs', { cause: error })
    : error;
}

/**
 * Runs Git on one bare repository in a folder of its own. There is never a
 * working tree, so nothing of the repository is written as a file: no hook, no
 * filter, no symbolic link and no submodule of it can do anything.
 */
export class Git {
  readonly #folder: string;
  readonly #source: CloneSource;
  readonly #environment: Record<string, string>;
  readonly #signal: AbortSignal;
  readonly #maxFolderBytes: number;

  private constructor(options: {
    folder: string;
    source: CloneSource;
    environment: Record<string, string>;
    signal: AbortSignal;
    maxFolderBytes: number;
  }) {
    this.#folder = options.folder;
    this.#source = options.source;
    this.#environment = options.environment;
    this.#signal = options.signal;
    this.#maxFolderBytes = options.maxFolderBytes;
  }

  /** Makes an empty bare repository whose `origin` is the source. */
  static async create(options: {
    /** An empty folder that is the agent's own. */
    folder: string;
    source: CloneSource;
    credential?: GitCredential;
    /** Ends every call. */
    signal: AbortSignal;
    /** How large the folder may become. */
    maxFolderBytes: number;
  }): Promise<Git> {
    const { folder, source, credential, signal, maxFolderBytes } = options;
    await writeFile(join(folder, 'gitconfig'), CONFIG, { mode: 0o600 });
    await mkdir(join(folder, 'repository'));
    const git = new Git({
      folder,
      source,
      environment: environment(folder, source, credential),
      signal,
      maxFolderBytes,
    });
    const timeoutMs = 30_000;
    await git.run({
      args: ['init', '--quiet', '--bare', '--template=', '.'],
      timeoutMs,
    });
    await git.run({
      args: ['config', '--add', 'remote.origin.url', source.location],
      timeoutMs,
    });
    return git;
  }

  /**
   * Runs a command of Git.
   *
   * @throws GitError when it fails, takes too long, writes too much, or when
   * the folder grows too large; the reason of the signal when that is aborted
   */
  async run(call: GitCall): Promise<GitAnswer> {
    const { args, input, timeoutMs, maxBytes = MAX_OUTPUT_BYTES } = call;
    this.#signal.throwIfAborted();
    const child = spawn('git', args, {
      cwd: join(this.#folder, 'repository'),
      env: this.#environment,
      // A group of its own, so that what Git itself has started ends with it.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stopped: string | undefined;
    const stop = (why: string) => {
      stopped ??= why;
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const onAbort = () => stop('aborted');
    this.#signal.addEventListener('abort', onAbort);
    const timer = setTimeout(
      () => stop(`took longer than ${timeoutMs / 1000} s`),
      timeoutMs,
    );
    const sizeTimer = setInterval(async () => {
      try {
        await this.checkSize();
      } catch (error) {
        stop(error instanceof GitError ? error.detail : SIZE_UNKNOWN);
      }
    }, SIZE_CHECK_MS);

    const chunks: Buffer[] = [];
    let size = 0;
    let truncated = false;
    child.stdout.on('data', (chunk: Buffer) => {
      const room = maxBytes - size;
      chunks.push(chunk.subarray(0, Math.max(0, room)));
      size += chunk.length;
      if (size > maxBytes) {
        truncated = true;
        stop(`wrote more than ${maxBytes} bytes`);
      }
    });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = `${errors}${chunk.toString('utf8')}`.slice(
        -MAX_ERROR_CHARACTERS,
      );
    });
    // A command that ends early does not read its input to the end.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');

    try {
      const code = await new Promise<number>((resolve, reject) => {
        child.once('error', error => reject(missing(error)));
        child.once('close', exitCode => resolve(exitCode ?? -1));
      });
      this.#signal.throwIfAborted();
      if (truncated && call.truncate) {
        return { code: 0, output: Buffer.concat(chunks), truncated };
      }
      if (stopped || (code !== 0 && !call.answers?.includes(code))) {
        throw new GitError(args[0], stopped ?? this.#plain(errors));
      }
      return { code, output: Buffer.concat(chunks), truncated };
    } finally {
      clearTimeout(timer);
      clearInterval(sizeTimer);
      this.#signal.removeEventListener('abort', onAbort);
    }
  }

  /** Whether the source is a folder that holds only the newest part of a history. */
  async isSourceShallow(timeoutMs: number): Promise<boolean> {
    const { protocol, location } = this.#source;
    if (protocol !== 'file') {
      return false;
    }
    const found = await stat(location).catch(() => undefined);
    if (!found?.isDirectory()) {
      // The fetch says so in better words.
      return false;
    }
    const { output } = await this.run({
      args: ['-C', location, 'rev-parse', '--is-shallow-repository'],
      timeoutMs,
    });
    return output.toString('utf8').trim() === 'true';
  }

  /** @throws GitError when the folder has grown too large */
  async checkSize(): Promise<void> {
    if ((await folderSize(this.#folder)) > this.#maxFolderBytes) {
      throw new GitError('fetch', this.#tooLarge());
    }
  }

  #tooLarge(): string {
    const mib = (this.#maxFolderBytes / 1024 / 1024).toFixed(0);
    return `the repository is larger than ${mib} MiB`;
  }

  /** What Git said, without folders of this machine. */
  #plain(errors: string): string {
    return (
      errors.replaceAll(this.#folder, '…').trim() || 'it failed without a word'
    );
  }
}
