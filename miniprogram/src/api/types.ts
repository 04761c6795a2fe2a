import type { components } from './schema'

/** The contract of /api/v1 under the names the pages use, from the generated schema. */
type Schemas = components['schemas']

export type Home = Schemas['Home']
export type ExplainerBrief = Schemas['Brief']
export type Citation = Schemas['Citation']
export type Explainer = Schemas['Explainer']
export type TopicBrief = Schemas['Topic']
export type Topic = Schemas['TopicDetail']
export type Question = Schemas['Question']
export type Attempt = Schemas['Attempt']
export type Answered = Schemas['Judgment']
export type Result = Schemas['Result']
export type Session = Schemas['SignedIn']
export type Me = Schemas['Me']
export type MeChange = Schemas['ChangeMeBody']
export type Keeping = Schemas['Keeping']
export type KeepingChange = Schemas['KeepWishBody']
export type Mistake = Schemas['Mistake']
export type Bookmarks = Schemas['Bookmarks']
export type ClaimCode = Schemas['ClaimCode']
export type Region = Schemas['Region']
export type Scene = Schemas['Scene']
export type Hotline = Schemas['Hotline']
export type Export = Schemas['Export']
export type Reviews = Schemas['Reviews']
export type LawBrief = Schemas['LawBrief']
export type LawDetail = Schemas['LawDetail']
export type LawPart = Schemas['LawPart']
export type LawVersion = Schemas['LawVersion']
export type LawChanges = Schemas['LawChanges']
export type LawDifference = Schemas['LawDifference']
export type Article = Schemas['Article']
export type CitingQuestion = Article['citedBy']['questions'][number]
export type ArticleBefore = NonNullable<Article['changed']>
export type Paragraph = Schemas['Paragraph']
export type SearchPage = Schemas['SearchPage']
export type SearchHelp = NonNullable<Schemas['SearchPage']['help']>
export type SearchHit = Schemas['SearchHit']
export type SearchKind = SearchHit['kind']
export type Segment = Schemas['Segment']
/** Status of a law, and of one of its texts. */
export type Standing = LawBrief['status']
export type VersionStanding = LawVersion['status']

export type Draft = Schemas['Draft']
export type DraftBrief = Schemas['DraftBrief']
export type DraftBox = Schemas['DraftBox']
export type Picture = Schemas['Picture']
export type DraftPicture = Schemas['DraftPicture']
export type DraftVoice = Schemas['DraftVoice']
export type DraftFinding = Schemas['DraftFinding']
export type DraftSentence = Schemas['DraftSentence']
export type DraftConsent = Schemas['DraftConsent']
export type SavedDraft = Schemas['SavedDraft']

export type BookingOptions = Schemas['BookingOptions']
export type BookingQuestion = Schemas['BookingQuestion']
export type CounsellorCard = Schemas['CounsellorCard']
export type CounsellorCards = Schemas['CounsellorCards']
export type Slot = Schemas['Slot']
export type Slots = Schemas['Slots']
export type Appointment = Schemas['Appointment']
export type Booked = Schemas['Booked']
export type Waiting = Schemas['Waiting']
export type Joined = Schemas['Joined']
export type FoundBooking = Schemas['FoundBooking']

export type Answers = Record<string, string[]>

export interface Page<T> {
  items: T[]
  next: string
}
