/** The contract of /api/v1 as the pages use it. */
export interface Page<T> {
  items: T[]
  next: string
}

export interface Citation {
  law: string
  lawTitle: string
  short: string
  effective: string
  status: string
  article: string
  paragraph: number
  item: number
  label: string
}

export interface ExplainerBrief {
  slug: string
  title: string
  summary: string
  minutes: number
  citations: number
  sample: boolean
  tags: string[]
}

export interface Explainer {
  id: string
  version: number
  slug: string
  title: string
  summary: string
  lang: string
  minutes: number
  checkedAt: string
  sample: boolean
  provenance: string
  provenanceText: string
  tags: string[]
  region?: string
  audio?: string
  shareTitle: string
  body: string
  citations: Citation[]
  questions: number
  topic?: string
}

export interface TopicBrief {
  slug: string
  title: string
  summary: string
  count: number
  minutes: number
}

export interface Topic extends TopicBrief {
  explainers: ExplainerBrief[]
}

export interface Home {
  daily: { count: number; minutes: number }
  explainers: ExplainerBrief[]
  explainerCount: number
  topics: TopicBrief[]
  sampleNotice: string
}

export interface Option {
  id: string
  text: string
}

export interface Question {
  id: string
  kind: string
  multiple: boolean
  scenario?: string
  stem: string
  options: Option[]
}

export type Answers = Record<string, string[]>

export interface Attempt {
  id: string
  title: string
  state: string
  questions: Question[]
  answers: Answers
  expiresAt: string
  result?: Result
}

export interface Answered {
  question: string
  stem: string
  correct: boolean
  chosen: string[]
  answer: string[]
  options: Option[]
  explanation: string
  concept: string
  citations: Citation[]
  explainer?: { slug: string; title: string }
}

export interface Result {
  score: number
  total: number
  released: boolean
  results?: Answered[]
}

export interface Member {
  id: string
  kind: string
}

export interface Session {
  token: string
  expiresAt: string
  endKey: string
  member: Member
}

export interface Me extends Member {
  ageBand?: string
  region?: string
  createdDay: string
  attempts: number
}

export interface Keeping {
  mistakes: boolean
  reading: boolean
  favourites: boolean
  locked: boolean
}

export interface KeepingChange {
  mistakes: boolean
  reading: boolean
  favourites: boolean
  newCode?: string
  adopt?: string
}

export interface Mistake {
  question: string
  stem: string
  options: Option[]
  answer: string[]
  explanation: string
  concept: string
  citations: Citation[]
  explainer?: { slug: string; title: string }
  times: number
  day: string
}

export interface Shelf {
  read: { slug: string; title: string; day: string }[]
  favourites: { slug: string; title: string }[]
}

export interface ClaimCode {
  code: string
  expiresAt: string
}

export interface Region {
  code: string
  name: string
  level: number
  hasChildren: boolean
}

export interface RegionWithPath extends Region {
  path: { code: string; name: string }[]
}

export interface Scene {
  region?: { code: string; name: string }
  project?: { id: string; name: string; logoLine: string }
  page: string
}

export interface Hotline {
  name: string
  number: string
  kind: string
  hours: string
  testedDay: string
  region: string
  demo: boolean
}
