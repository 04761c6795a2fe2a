import type { components } from './schema'

/**
 * The contract of /api/v1 under the names the pages use, from the generated schema. The server sends
 * lists and never null in their place, which `Sent` says.
 */
type Schemas = components['schemas']

type Sent<T> = T extends readonly (infer E)[]
  ? Sent<E>[]
  : T extends object
    ? { [K in keyof T]: T[K] extends readonly unknown[] | null ? Sent<NonNullable<T[K]>> : undefined extends T[K] ? Sent<NonNullable<T[K]>> | undefined : Sent<T[K]> }
    : T

export type Home = Sent<Schemas['Home']>
export type ExplainerBrief = Sent<Schemas['Brief']>
export type Explainer = Sent<Schemas['Explainer']>
export type Citation = Sent<Schemas['Citation']>
export type TopicBrief = Sent<Schemas['Topic']>
export type Topic = Sent<Schemas['TopicDetail']>
export type Question = Sent<Schemas['Question']>
export type Attempt = Sent<Schemas['Attempt']>
export type Answered = Sent<Schemas['Judgment']>
export type Result = Sent<Schemas['Result']>
export type Session = Sent<Schemas['SignedIn']>
export type Me = Sent<Schemas['Me']>
export type MeChange = Sent<Schemas['ChangeMeBody']>
export type Keeping = Sent<Schemas['Keeping']>
export type KeepingChange = Sent<Schemas['KeepWishBody']>
export type Mistake = Sent<Schemas['Mistake']>
export type Shelf = Sent<Schemas['Shelf']>
export type ClaimCode = Sent<Schemas['ClaimCode']>
export type Region = Sent<Schemas['Region']>
export type Scene = Sent<Schemas['Scene']>
export type Hotline = Sent<Schemas['Hotline']>
export type Export = Sent<Schemas['Export']>

export type Answers = Record<string, string[]>

export interface Page<T> {
  items: T[]
  next: string
}
