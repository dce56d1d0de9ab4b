/** What can be asked of a project. */
export type Goal = 'build' | 'test';

/** A way to build and test projects of one sort. */
export interface BuildSystem {
  /** For people, for example `npm`. */
  name: string;
  /** The file that tells a project of this sort. */
  file: string;
  /** The commands that reach a goal; undefined where the project has no way to it. */
  commands: (
    goal: Goal,
    project: ProjectFiles,
  ) => Promise<string[] | undefined>;
}

/** The files at the top of a project. */
export interface ProjectFiles {
  has: (name: string) => boolean;
  /** Undefined where there is none. */
  read: (name: string) => Promise<string | undefined>;
}
