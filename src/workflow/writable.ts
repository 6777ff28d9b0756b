/** The same fields, while somebody is still filling them in. */
export type Writable<T> = { -readonly [Key in keyof T]: T[Key] }
