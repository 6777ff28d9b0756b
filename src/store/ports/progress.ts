/** How far the input was handled, by partition, in MongoDB's time: what a timeout may be taken against. */
export interface ProgressStore {
  /** Times by partition; an earlier one never takes a later one back. */
  note(topic: string, passed: ReadonlyMap<number, Date>): Promise<void>
  /** The latest times by partition; a partition that nobody reads is missing or old. */
  read(topic: string): Promise<ReadonlyMap<number, Date>>
}
