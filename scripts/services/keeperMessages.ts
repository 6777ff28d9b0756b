/** What travels between a script and its keeper over the IPC channel. */
export interface ChildSpec {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** A log file that is appended to, or `inherit`: the script's own terminal. */
  readonly output: string
  /** From SIGTERM to SIGKILL, in milliseconds. */
  readonly stopWithinMs: number
}

/** A command that undoes something which is no child process, such as `docker compose down`. */
export interface AtEnd {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly withinMs: number
}

export type ToKeeper =
  | { readonly kind: 'start'; readonly child: ChildSpec }
  | { readonly kind: 'atEnd'; readonly atEnd: AtEnd }
  | { readonly kind: 'stop'; readonly now: boolean }

export type FromKeeper =
  | { readonly kind: 'ready' }
  | { readonly kind: 'started'; readonly name: string; readonly pid: number }
  | { readonly kind: 'failed'; readonly name: string; readonly reason: string }
  | { readonly kind: 'exited'; readonly pid: number; readonly exit: Exit }

export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** How a keeper is started: one JSON argument. */
export interface KeeperOptions {
  readonly state: string
  readonly deleteState: boolean
}
