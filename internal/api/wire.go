package api

import "time"

// The wire types. A domain value is never sent as it is: what is not listed here does not leave the server.

// Citation points to a provision and says since when its law applies.
type Citation struct {
	Law       string `json:"law" doc:"slug of the law"`
	LawTitle  string `json:"lawTitle" doc:"official title"`
	Short     string `json:"short" doc:"short name"`
	Effective string `json:"effective" doc:"day the version took effect, 2016-03-01"`
	Status    string `json:"status" enum:"in_force,to_come,repealed,unsettled"`
	Article   string `json:"article" doc:"23 or 260-1"`
	Paragraph int    `json:"paragraph" doc:"款, 0 when the whole article is meant"`
	Item      int    `json:"item" doc:"项, 0 when none is meant"`
	Label     string `json:"label" doc:"反家庭暴力法 第二十三条第二款"`
	Changed   bool   `json:"changed" doc:"the provision no longer says what it said when this was written"`
}

// Brief is an explainer in a list.
type Brief struct {
	Slug      string   `json:"slug"`
	Title     string   `json:"title"`
	Summary   string   `json:"summary"`
	Minutes   int      `json:"minutes"`
	Citations int      `json:"citations" doc:"how many provisions it stands on"`
	Sample    bool     `json:"sample" doc:"示范内容 · 待专业审定"`
	Tags      []string `json:"tags"`
}

// Explainer is a story with its law.
type Explainer struct {
	ID             string     `json:"id"`
	Version        int        `json:"version"`
	Slug           string     `json:"slug"`
	Title          string     `json:"title"`
	Summary        string     `json:"summary"`
	Lang           string     `json:"lang"`
	Minutes        int        `json:"minutes"`
	CheckedAt      string     `json:"checkedAt" doc:"day of the last check, 2026-11-23"`
	Sample         bool       `json:"sample"`
	Provenance     string     `json:"provenance" enum:"invented,generalised"`
	ProvenanceText string     `json:"provenanceText"`
	Tags           []string   `json:"tags"`
	Region         string     `json:"region,omitempty"`
	Audio          string     `json:"audio,omitempty" doc:"address of the recording"`
	Pictures       []Picture  `json:"pictures"`
	ShareTitle     string     `json:"shareTitle"`
	Body           string     `json:"body" doc:"HTML; a citation is <a class=cite href=#cite-N>, N an index into citations"`
	Citations      []Citation `json:"citations"`
	Notice         string     `json:"notice" doc:"what to tell a reader when its law changed since; empty when nothing did"`
	Questions      int        `json:"questions" doc:"how many questions belong to it"`
	Rechecking     bool       `json:"rechecking" doc:"正在重新核对: nobody looked at it again in time"`
}

// Picture is a picture of a text, with what to say of it to whoever cannot see it. Width and height are those of the large
// one; all sizes have one shape.
type Picture struct {
	Part        int    `json:"part,omitempty" doc:"of an explainer, 1 to 4: it stands at that part's end"`
	Description string `json:"description"`
	Width       int    `json:"width"`
	Height      int    `json:"height"`
	Large       string `json:"large" doc:"address, at most 1280 pixels"`
	Medium      string `json:"medium" doc:"address, at most 720 pixels"`
	Small       string `json:"small" doc:"address, at most 240 pixels: for whoever saves data"`
}

// Topic is a topic quiz in a list.
type Topic struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Count   int    `json:"count" doc:"questions in a paper"`
	Minutes int    `json:"minutes"`
}

// Option is one choice of a question, without whether it is right.
type Option struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// Question is a question as it is asked. It has no field that could reveal the right answer.
type Question struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind" enum:"single,multiple,truefalse,scenario"`
	Multiple bool     `json:"multiple" doc:"several options may be chosen"`
	Scenario string   `json:"scenario,omitempty" doc:"the situation, before the stem"`
	Stem     string   `json:"stem"`
	Picture  *Picture `json:"picture,omitempty"`
	Options  []Option `json:"options"`
}

// Attempt is one attempt: its paper, the answers so far and, once submitted, the result.
type Attempt struct {
	ID        string              `json:"id"`
	Title     string              `json:"title"`
	State     string              `json:"state" enum:"open,submitted"`
	Questions []Question          `json:"questions"`
	Answers   map[string][]string `json:"answers"`
	ExpiresAt time.Time           `json:"expiresAt"`
	Result    *Result             `json:"result,omitempty"`
}

// Result is the outcome of a submission; the results of single questions are included once released.
type Result struct {
	Score    int        `json:"score"`
	Total    int        `json:"total"`
	Released bool       `json:"released"`
	Results  []Judgment `json:"results,omitempty"`
}

// Lesson is a question with its answer, its reason and its law.
type Lesson struct {
	Question    string     `json:"question"`
	Scenario    string     `json:"scenario,omitempty"`
	Stem        string     `json:"stem"`
	Picture     *Picture   `json:"picture,omitempty"`
	Options     []Option   `json:"options"`
	Answer      []string   `json:"answer"`
	Explanation string     `json:"explanation"`
	Concept     string     `json:"concept"`
	Citations   []Citation `json:"citations"`
	Explainer   *Link      `json:"explainer,omitempty"`
	Notice      string     `json:"notice" doc:"what became of its law since, or 正在重新核对, to be shown with it; empty for neither"`
}

// Judgment is a lesson with what was chosen.
type Judgment struct {
	Lesson
	Correct bool     `json:"correct"`
	Chosen  []string `json:"chosen"`
	Again   *Link    `json:"again,omitempty" doc:"the story to read: what this asks went wrong twice in a row; only for whoever keeps her mistakes"`
}

// Mistake is a lesson in the mistakes book.
type Mistake struct {
	Lesson
	Times int    `json:"times"`
	Day   string `json:"day" doc:"last time it went wrong, 2026-11-23"`
}

// Reviews is the schedule of reviews. Where a code protects it and is missing, the answer is the same as if nothing were
// stored.
type Reviews struct {
	Saved    bool     `json:"kept"`
	Due      int      `json:"due" doc:"concepts due by the end of today"`
	Tomorrow int      `json:"tomorrow" doc:"concepts that fall due tomorrow"`
	Concepts []Review `json:"concepts" doc:"all that were learned and can be asked, due earliest first"`
}

// Review is one concept and when it is due again.
type Review struct {
	Concept   string `json:"concept"`
	Due       string `json:"due" doc:"day it comes back, 2026-11-25"`
	Last      string `json:"last" doc:"day it was asked last"`
	Explainer *Link  `json:"explainer,omitempty" doc:"the story that teaches it"`
}

// Link leads to an explainer.
type Link struct {
	Slug  string `json:"slug"`
	Title string `json:"title"`
}

// Page is a list of which there may be more.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"cursor of the next page, empty at the end"`
}

// Region is a place of the official list.
type Region struct {
	Code        string `json:"code"`
	Name        string `json:"name"`
	Level       int    `json:"level" doc:"1 自治区 … 5 嘎查村社区"`
	HasChildren bool   `json:"hasChildren"`
}

// Place names a region.
type Place struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Hotline is a line that was called from this region and answered.
type Hotline struct {
	Name      string `json:"name"`
	Number    string `json:"number"`
	Kind      string `json:"kind"`
	Hours     string `json:"hours"`
	TestedDay string `json:"testedDay" doc:"day of the last test call"`
	Region    string `json:"region"`
	Demo      bool   `json:"demo" doc:"演示: this line does not exist"`
}

// Me is what is known of the person asking.
type Me struct {
	ID         string `json:"id"`
	Kind       string `json:"kind" enum:"guest,wechat"`
	AgeBand    string `json:"ageBand,omitempty"`
	Region     string `json:"region,omitempty"`
	CreatedDay string `json:"createdDay"`
}

// Keeping is what may be stored about her. Where a code protects it and is missing, the answer is the same as if nothing
// were stored.
type Keeping struct {
	Mistakes   bool `json:"mistakes"`
	Read       bool `json:"reading"`
	Favourites bool `json:"favourites"`
	// The two below are there only with the right code, so that an answer without it looks as where there is no lock.
	Locked bool   `json:"locked,omitempty" doc:"the code that was sent opened this"`
	Tried  *Tried `json:"tried,omitempty" doc:"codes that opened nothing, since this one was set"`
}

// Tried says how often codes were sent that opened nothing, and on which day last.
type Tried struct {
	Count int    `json:"count"`
	Day   string `json:"day"`
}

// Bookmarks is what she read and added to her favourites, if she stores it.
type Bookmarks struct {
	Read       []ReadBookmark `json:"read"`
	Favourites []Link         `json:"favourites"`
}

// ReadBookmark is an explainer read to its end on a day.
type ReadBookmark struct {
	Link
	Day string `json:"day"`
}
