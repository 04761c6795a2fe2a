package wechat

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"strconv"
	"strings"
	"time"
)

const (
	fieldLimit = 128
	listLimit  = 20
	lastYear   = 9999
)

var errShape = errors.New("wechat: the pushed message is not of a known shape")

// text is a JSON string or number: WeChat's examples write CreateTime, ErrorCode and MsgID both ways, which the SDK's own
// decoder does not accept.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*t = text(n.String())
	return nil
}

func (t text) String() string { return strings.TrimSpace(string(t)) }

func (t text) number() int {
	n, _ := strconv.Atoi(t.String())
	return n
}

// item is one entry of a subscribe event's list.
type item struct {
	TemplateID text `json:"TemplateId" xml:"TemplateId"`
	Status     text `json:"SubscribeStatusString" xml:"SubscribeStatusString"`
	MsgID      text `json:"MsgID" xml:"MsgID"`
	ErrorCode  text `json:"ErrorCode" xml:"ErrorCode"`
}

// list is an object when it has one entry and an array when it has several.
type list []item

func (l *list) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '{' {
		var one item
		if err := json.Unmarshal(data, &one); err != nil {
			return err
		}
		*l = list{one}
		return nil
	}
	var several []item
	if err := json.Unmarshal(data, &several); err != nil {
		return err
	}
	*l = several
	return nil
}

// message has the fields of every known push, in both of WeChat's data formats.
type message struct {
	XMLName      xml.Name `json:"-" xml:"xml"`
	MsgType      text     `json:"MsgType" xml:"MsgType"`
	Event        text     `json:"Event" xml:"Event"`
	FromUserName text     `json:"FromUserName" xml:"FromUserName"`
	CreateTime   text     `json:"CreateTime" xml:"CreateTime"`

	MediaAppID text `json:"appid" xml:"appid"`
	TraceID    text `json:"trace_id" xml:"trace_id"`
	ErrCode    text `json:"errcode" xml:"errcode"`
	Result     struct {
		Suggest text `json:"suggest" xml:"suggest"`
		Label   text `json:"label" xml:"label"`
	} `json:"result" xml:"result"`

	List    list   `json:"List" xml:"-"`
	Popup   []item `json:"-" xml:"SubscribeMsgPopupEvent>List"`
	Changed []item `json:"-" xml:"SubscribeMsgChangeEvent>List"`
	Sent    []item `json:"-" xml:"SubscribeMsgSentEvent>List"`

	OpenID     text `json:"OpenID" xml:"OpenID"`
	AppID      text `json:"AppID" xml:"AppID"`
	RevokeInfo text `json:"RevokeInfo" xml:"RevokeInfo"`
}

// decode reads the (decrypted) body of a push to appID. A kind this package does not know gives no event and no error.
func decode(appID string, asXML bool, body []byte) ([]Event, error) {
	var m message
	var err error
	if asXML {
		err = xml.Unmarshal(body, &m)
	} else {
		err = json.Unmarshal(body, &m)
	}
	if err != nil {
		return nil, errShape // the decoder's own text could quote the message
	}
	return m.events(appID)
}

func (m *message) events(appID string) ([]Event, error) {
	base := Event{Kind: Kind(m.Event.String()), AppID: appID, At: time.Unix(int64(m.CreateTime.number()), 0).UTC()}
	if _, known := kinds[base.Kind]; !known {
		return nil, nil
	}
	if base.At.Unix() <= 0 || base.At.Year() > lastYear {
		return nil, errShape
	}
	switch base.Kind {
	case MediaChecked:
		return m.media(base)
	case ConsentAnswered:
		return m.consents(base, append(m.List, m.Popup...))
	case ConsentChanged:
		return m.consents(base, append(m.List, m.Changed...))
	case MessageDelivered:
		return m.deliveries(base, append(m.List, m.Sent...))
	default:
		return m.authorization(base)
	}
}

func (m *message) media(e Event) ([]Event, error) {
	trace := m.TraceID.String()
	if !traceID.MatchString(trace) || foreign(m.MediaAppID, e.AppID) {
		return nil, errShape
	}
	result := &MediaResult{Trace: trace, Suggestion: suggestion(m.Result.Suggest.String()), Label: m.Result.Label.number()}
	if code := m.ErrCode.String(); code != "" && code != "0" {
		result.Suggestion = Review
		if result.Failed = m.ErrCode.number(); result.Failed == 0 {
			result.Failed = -1
		}
	}
	e.ID, e.Media = hashOf(e.AppID, string(e.Kind), trace), result
	return []Event{e}, nil
}

func (m *message) consents(e Event, items []item) ([]Event, error) {
	if err := m.person(&e, m.FromUserName, items); err != nil {
		return nil, err
	}
	events := make([]Event, len(items))
	for i, item := range items {
		events[i] = e
		events[i].Consent = &Consent{Template: item.TemplateID.String(), Accepted: item.Status.String() == "accept"}
		events[i].ID = hashOf(e.AppID, string(e.Kind), e.OpenID, item.TemplateID.String(), item.Status.String(), e.At.String())
	}
	return events, nil
}

func (m *message) deliveries(e Event, items []item) ([]Event, error) {
	if err := m.person(&e, m.FromUserName, items); err != nil {
		return nil, err
	}
	events := make([]Event, len(items))
	for i, item := range items {
		failed := item.ErrorCode.String()
		if failed == "0" {
			failed = ""
		}
		number := item.MsgID.String()
		if number == "" || len(number) > fieldLimit || len(failed) > fieldLimit {
			return nil, errShape
		}
		events[i] = e
		events[i].Delivery = &Delivery{Template: item.TemplateID.String(), Number: number, Failed: failed}
		events[i].ID = hashOf(e.AppID, string(e.Kind), item.TemplateID.String(), number)
	}
	return events, nil
}

func (m *message) authorization(e Event) ([]Event, error) {
	if err := m.person(&e, m.OpenID, nil); err != nil {
		return nil, err
	}
	if foreign(m.AppID, e.AppID) || len(m.RevokeInfo) > fieldLimit {
		return nil, errShape
	}
	e.Revoked = strings.FieldsFunc(m.RevokeInfo.String(), func(r rune) bool { return r < '0' || r > '9' })
	e.ID = hashOf(e.AppID, string(e.Kind), e.OpenID, m.RevokeInfo.String(), e.At.String())
	return []Event{e}, nil
}

func (m *message) person(e *Event, who text, items []item) error {
	if e.OpenID = who.String(); !openID.MatchString(e.OpenID) || len(items) > listLimit {
		return errShape
	}
	for _, item := range items {
		if id := item.TemplateID.String(); id == "" || len(id) > fieldLimit {
			return errShape
		}
	}
	return nil
}

// foreign reports whether a message names another mini-program than ours; naming none is allowed.
func foreign(named text, appID string) bool {
	return named != "" && named.String() != appID
}
