import type { BuildSystem, Goal, ProjectFiles } from './BuildSystem';

interface PackageJson {
  scripts?: Record<string, unknown>;
  dependencies?: Record<string, unknown>;
  devDependencies?: Record<string, unknown>;
}

/** What `npm init` writes where there are no tests. */
const NO_TESTS = /no test specified/;

function parsePackage(text: string | undefined): PackageJson {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

function packageManager(files: ProjectFiles): { run: string; install: string } {
  if (files.has('pnpm-lock.yaml')) {
    return { run: 'pnpm run', install: 'pnpm install --frozen-lockfile' };
  }
  if (files.has('yarn.lock')) {
    return { run: 'yarn run', install: 'yarn install --immutable' };
  }
  return {
    run: 'npm run',
    install: files.has('package-lock.json') ? 'npm ci' : 'npm install',
  };
}

async function nodeCommands(
  goal: Goal,
  files: ProjectFiles,
): Promise<string[] | undefined> {
  const described = parsePackage(await files.read('package.json'));
  const script = described.scripts?.[goal];
  if (typeof script !== 'string' || NO_TESTS.test(script)) {
    return undefined;
  }
  const { run, install } = packageManager(files);
  const needed = {
    ...described.dependencies,
    ...described.devDependencies,
  };
  return [
    ...(Object.keys(needed).length > 0 ? [install] : []),
    `${run} ${goal}`,
  ];
}

async function pythonCommands(
  goal: Goal,
  files: ProjectFiles,
): Promise<string[]> {
  if (goal === 'build') {
    return ['python3 -m pip wheel --no-deps --wheel-dir dist .'];
  }
  const described = await Promise.all(
    ['pyproject.toml', 'setup.cfg'].map(name => files.read(name)),
  );
  const usesPytest =
    files.has('pytest.ini') ||
    files.has('conftest.py') ||
    described.some(text => text?.includes('pytest'));
  return [
    usesPytest
      ? 'python3 -m pytest --junitxml="$DEVART_REPORTS/pytest.xml"'
      : 'python3 -m unittest discover --verbose',
  ];
}

const MAKE_TARGETS: Record<Goal, string[]> = {
  build: ['build', 'all'],
  test: ['test', 'check'],
};

async function makeCommands(
  goal: Goal,
  files: ProjectFiles,
): Promise<string[] | undefined> {
  const text = (await files.read('Makefile')) ?? '';
  const defined = new Set(
    [...text.matchAll(/^([A-Za-z0-9_.-]+)\s*::?(?!=)/gm)].map(
      ([, target]) => target,
    ),
  );
  const target = MAKE_TARGETS[goal].find(name => defined.has(name));
  return target === undefined ? undefined : [`make ${target}`];
}

function fixed(
  name: string,
  file: string,
  commands: Record<Goal, (files: ProjectFiles) => string>,
): BuildSystem {
  return {
    name,
    file,
    commands: async (goal, files) => [commands[goal](files)],
  };
}

const maven = (files: ProjectFiles) => (files.has('mvnw') ? './mvnw' : 'mvn');
const gradle = (files: ProjectFiles) =>
  files.has('gradlew') ? './gradlew' : 'gradle';

const gradleCommands: Record<Goal, (files: ProjectFiles) => string> = {
  build: files => `${gradle(files)} --no-daemon assemble`,
  test: files => `${gradle(files)} --no-daemon test`,
};

/** The build systems that are recognised, in the order in which they are tried. */
export const buildSystems: readonly BuildSystem[] = [
  { name: 'npm', file: 'package.json', commands: nodeCommands },
  fixed('maven', 'pom.xml', {
    build: files => `${maven(files)} --batch-mode package -DskipTests`,
    test: files => `${maven(files)} --batch-mode test`,
  }),
  fixed('gradle', 'build.gradle', gradleCommands),
  fixed('gradle', 'build.gradle.kts', gradleCommands),
  fixed('go', 'go.mod', {
    build: () => 'go build ./...',
    test: () => 'go test -v ./...',
  }),
  fixed('cargo', 'Cargo.toml', {
    build: () => 'cargo build --release',
    test: () => 'cargo test',
  }),
  { name: 'python', file: 'pyproject.toml', commands: pythonCommands },
  { name: 'python', file: 'setup.py', commands: pythonCommands },
  { name: 'python', file: 'setup.cfg', commands: pythonCommands },
  { name: 'make', file: 'Makefile', commands: makeCommands },
];
