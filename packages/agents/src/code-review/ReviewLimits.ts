const KIB = 1024;
const MIB = 1024 * KIB;

/** How much of everything one review may take. */
export interface ReviewLimits {
  /** Size of the clone. */
  cloneBytes: number;
  /** Time for the clone, in milliseconds. */
  cloneMs: number;
  /** Time for any other call of Git, in milliseconds. */
  gitMs: number;
  /** Of the patch that is read; files beyond are not checked line by line. */
  patchBytes: number;
  /** Changed files that are looked at. */
  files: number;
  /** The largest text file that is read. */
  fileBytes: number;
  /** Of all files together. */
  totalBytes: number;
  /** Files beyond this size are found oversized. */
  oversizedBytes: number;
  /** Time an analyzer may take to load, and for each file, in milliseconds. */
  analyzerStepMs: number;
  /** Time an analyzer may take altogether, in milliseconds. */
  analyzerMs: number;
  /** Memory of an analyzer, in MiB. */
  analyzerMemoryMib: number;
  /** The largest artifact. */
  artifactBytes: number;
  /** Of the patch that a model is shown. */
  modelPatchBytes: number;
  /** Time a model may take, in milliseconds. */
  modelMs: number;
}

/** Limits that suit a repository of a few million lines. */
export const defaultReviewLimits: ReviewLimits = {
  cloneBytes: 1024 * MIB,
  cloneMs: 5 * 60_000,
  gitMs: 2 * 60_000,
  patchBytes: 32 * MIB,
  files: 3000,
  fileBytes: MIB,
  totalBytes: 64 * MIB,
  oversizedBytes: MIB,
  analyzerStepMs: 15_000,
  analyzerMs: 2 * 60_000,
  analyzerMemoryMib: 512,
  artifactBytes: 1000 * KIB,
  modelPatchBytes: 60 * KIB,
  modelMs: 90_000,
};
