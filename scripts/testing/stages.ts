/** What `npm test` consists of, in order; continuous integration runs the same. */
export const GROUPS = ['lint', 'unit', 'int', 'e2e'] as const
export type Group = (typeof GROUPS)[number]

export interface Stage {
  readonly title: string
  readonly group: Group
  readonly command: readonly string[]
  /** Mocha counts its tests. */
  readonly files?: RegExp
  readonly needsServices?: boolean
  /** Rooms whose coverage is asked for: their files without any code are left out. */
  readonly coveredRooms?: readonly string[]
  /** Says nothing about a part of the tests, so that `--grep` leaves it out. */
  readonly wholeRunsOnly?: boolean
}

export interface Wish {
  readonly only: Group | undefined
  readonly grep: string | undefined
}

const PURE_ROOMS = ['src/workflow', 'src/steps', 'src/engine']
const npm = (script: string): readonly string[] => ['npm', 'run', '-s', script]

/** The reporter stands in the compiled tests, as everything that mocha runs does. */
const mocha = (suffix: Group, timeoutMs: number): readonly string[] => [
  ...['mocha', '--reporter', './dist/test/support/countingReporter.js'],
  ...['--timeout', `${timeoutMs}`, `dist/test/**/*.${suffix}.js`],
]
/** Spec files have databases and topics of their own, and mostly wait: several run at a time. */
const sideBySide = (jobs: number): readonly string[] => ['--parallel', '--jobs', `${jobs}`]
const COVERED = ['c8', '--reporter', 'text-summary', '--include', 'dist/src/**']
/** Lists only the files that lack something. */
const PURE_COVERED = [
  'c8',
  'report',
  '--all',
  '--check-coverage',
  '--100',
  '--reporter',
  'text',
  '--skip-full',
  // Naming any exclusion takes the place of those that c8 makes by itself.
  ...['--exclude', '**/*.d.ts'],
]

const STAGES: readonly Stage[] = [
  { title: 'format and lint', group: 'lint', command: npm('lint') },
  { title: 'rooms', group: 'lint', command: npm('rooms') },
  { title: 'dead code', group: 'lint', command: npm('deadcode') },
  { title: 'types', group: 'lint', command: npm('build') },
  {
    title: 'unit tests',
    group: 'unit',
    command: [...COVERED, ...mocha('unit', 10_000)],
    files: /\.unit\.js$/,
  },
  {
    title: 'tests with real services',
    group: 'int',
    command: [...mocha('int', 60_000), ...sideBySide(3)],
    files: /\.int\.js$/,
    needsServices: true,
  },
  {
    title: 'end-to-end tests',
    group: 'e2e',
    command: [...mocha('e2e', 180_000), ...sideBySide(2)],
    files: /\.e2e\.js$/,
    needsServices: true,
  },
  {
    title: 'coverage of the pure rooms',
    group: 'unit',
    command: [...PURE_COVERED, ...PURE_ROOMS.flatMap((room) => ['--include', `dist/${room}/**`])],
    coveredRooms: PURE_ROOMS,
    wholeRunsOnly: true,
  },
]

export function chosenStages(wish: Wish): Stage[] {
  return STAGES.filter(
    (stage) =>
      (wish.only === undefined || stage.group === wish.only) &&
      !(wish.grep !== undefined && stage.wholeRunsOnly === true),
  )
}

export function isGroup(text: string): text is Group {
  return (GROUPS as readonly string[]).includes(text)
}

export interface Counts {
  readonly passes: number
  readonly failures: number
}

/** The last line of a test run. */
export function countsLine(counts: readonly Counts[]): string {
  const sum = (key: keyof Counts): number => counts.reduce((total, one) => total + one[key], 0)
  return `${sum('passes')} passed, ${sum('failures')} failed`
}
