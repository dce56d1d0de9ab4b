const KIB = 1024;
const MIB = 1024 * KIB;

/** How much of everything one task of the pipeline may take. */
export interface PipelineLimits {
  /** Size of the clone and of everything that is built in it. */
  folderBytes: number;
  /** Time for the clone, in milliseconds. */
  cloneMs: number;
  /** Time for any other call of Git, in milliseconds. */
  gitMs: number;
  /** Time for all commands of a task, in milliseconds; a task may ask for less. */
  commandsMs: number;
  /** Time between asking a command to end and ending it, in milliseconds. */
  graceMs: number;
  /** Lines of output that are shown while commands run. */
  logLines: number;
  /** Output that is kept as an artifact. */
  logBytes: number;
  /** Reports of tests that are read, and the largest of them. */
  reports: number;
  reportBytes: number;
  /** Releases that are kept beside the current one and the one before. */
  keptReleases: number;
  /** Files and bytes of a release. */
  releaseFiles: number;
  releaseBytes: number;
}

/** Limits that suit a service of some hundred thousand lines. */
export const defaultPipelineLimits: PipelineLimits = {
  folderBytes: 4096 * MIB,
  cloneMs: 5 * 60_000,
  gitMs: 2 * 60_000,
  commandsMs: 30 * 60_000,
  graceMs: 3_000,
  logLines: 5_000,
  logBytes: 900 * KIB,
  reports: 200,
  reportBytes: 16 * MIB,
  keptReleases: 5,
  releaseFiles: 50_000,
  releaseBytes: 1024 * MIB,
};
