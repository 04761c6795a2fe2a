import type { Link } from './law'
import type { components } from './schema'

/** The contract of /api/v1 under the names the pages use, from the generated schema. */
type Schemas = components['schemas']

export type Home = Schemas['Home']
export type ExplainerBrief = Schemas['Brief']
/** `changed`: the provision's text is no longer the one a person checked. */
export type Citation = Schemas['Citation'] & { changed?: boolean }
/** `notice`: a sentence where the law under the story has changed. */
export type Explainer = Omit<Schemas['Explainer'], 'citations'> & { citations: Citation[]; notice?: string }
export type TopicBrief = Schemas['Topic']
export type Topic = Schemas['TopicDetail']
export type Question = Schemas['Question']
export type Attempt = Schemas['Attempt']
/** `again`: the story to read when its point went wrong twice in a row. */
export type Answered = Omit<Schemas['Judgment'], 'citations'> & { citations: Citation[]; again?: Link | null }
export type Result = Omit<Schemas['Result'], 'results'> & { results?: Answered[] }
export type Session = Schemas['SignedIn']
export type Me = Schemas['Me']
export type MeChange = Schemas['ChangeMeBody']
export type Keeping = Schemas['Keeping']
export type KeepingChange = Schemas['KeepWishBody']
export type Mistake = Schemas['Mistake']
export type Shelf = Schemas['Shelf']
export type ClaimCode = Schemas['ClaimCode']
export type Region = Schemas['Region']
export type Scene = Schemas['Scene']
export type Hotline = Schemas['Hotline']
export type Export = Schemas['Export']

export type Answers = Record<string, string[]>

export interface Page<T> {
  items: T[]
  next: string
}
