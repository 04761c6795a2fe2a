package operate

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/quiz"
)

// LargestBankFile is how many bytes a file of questions may have.
const LargestBankFile = 8 << 20

// Faults of a file of questions, safe to show.
var (
	ErrBankForm     = fault.New(fault.Invalid, "bank.form", "只收 .xlsx、.csv、.gift 和 .txt（GIFT）")
	ErrBankEncoding = fault.New(fault.Invalid, "bank.encoding", "文字的编码不对：请另存为 UTF-8")
	ErrBankTooLarge = fault.New(fault.TooLarge, "bank.too_large", "这个文件太大了：最多 8 MB，请分成几个文件")
)

// Spreadsheets reads and writes Excel.
type Spreadsheets interface {
	Read(data []byte) ([]questionio.Table, error)
	// ReadCSV reads a text of cells as one table of this name.
	ReadCSV(name string, data []byte) (questionio.Table, error)
	// Write writes tables; the first holds questions, another one text.
	Write(w io.Writer, tables []questionio.Table) error
}

// Intake checks and stores questions, and gives those that are there.
type Intake interface {
	Import(ctx context.Context, by audit.Actor, file questionio.File) (questionio.Report, error)
	ImportWith(ctx context.Context, file questionio.File, store questionio.Storing) (questionio.Report, error)
	Questions(ctx context.Context, topic string) ([]questionio.BankQuestion, error)
	Waiting(ctx context.Context) ([]questionio.Waiting, error)
}

// Bank brings questions in and out.
type Bank struct {
	intake Intake
	sheets Spreadsheets
}

// NewBank creates the service.
func NewBank(intake Intake, sheets Spreadsheets) *Bank { return &Bank{intake, sheets} }

// BankFile is a file of questions as it was exported.
type BankFile struct {
	File      []byte `json:"file"`
	Questions int    `json:"questions"`
}

// BankForm is a file's format by its name: ".xlsx", ".gift", ".txt" or any other extension.
func BankForm(name string) string { return strings.ToLower(filepath.Ext(name)) }

// BankUpload is a file of questions as somebody sends it.
type BankUpload struct {
	Name      string // its form is told by the extension
	Data      []byte
	Confirmed bool // the doubts of an earlier report were read, and what was understood is meant
}

// Import reads a file and imports its questions as drafts. A file that cannot be read is a fault of the report.
func (b *Bank) Import(ctx context.Context, by audit.Actor, upload BankUpload) (questionio.Report, error) {
	file, err := b.read(upload.Name, upload.Data)
	if err != nil {
		return questionio.Report{Faults: []questionio.Fault{{Place: "文件", Text: Sentence(err)}}}, nil
	}
	file.Confirmed = upload.Confirmed
	return b.intake.Import(ctx, by, file)
}

// ImportWith is Import for a caller who stores the drafts in his own way: as a member of staff, or not at all.
func (b *Bank) ImportWith(ctx context.Context, upload BankUpload, store questionio.Storing) (questionio.Report, error) {
	file, err := b.read(upload.Name, upload.Data)
	if err != nil {
		return questionio.Report{Faults: []questionio.Fault{{Place: "文件", Text: Sentence(err)}}}, nil
	}
	file.Confirmed = upload.Confirmed
	return b.intake.ImportWith(ctx, file, store)
}

// saveAs are forms of other programs that hold the same tables; each is told what to do with it.
var saveAs = map[string]string{
	".xls": "旧的 Excel 文件", ".et": "WPS 表格文件", ".ods": "LibreOffice 表格文件", ".numbers": "苹果表格文件", ".xlsb": "Excel 二进制文件",
	".doc": "Word 文件，不是表格", ".docx": "Word 文件，不是表格", ".wps": "WPS 文字文件，不是表格", ".pdf": "PDF，不是表格",
}

func (b *Bank) read(name string, data []byte) (questionio.File, error) {
	form := BankForm(name)
	if what, other := saveAs[form]; other {
		return questionio.File{}, fault.New(fault.Invalid, ErrBankForm.Code, "这是"+what+"（"+form+"）。请把题放进表格，在 WPS 或 Excel 里点“另存为”，选 .xlsx，再导入。")
	}
	switch {
	case form == ".xlsx" || bytes.HasPrefix(data, []byte("PK\x03\x04")):
		tables, err := b.sheets.Read(data)
		return questionio.FromTables(tables), err
	case form == ".csv":
		table, err := b.sheets.ReadCSV(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), data)
		return questionio.FromTables([]questionio.Table{table}), err
	case form != ".gift" && form != ".txt":
		return questionio.File{}, ErrBankForm
	case len(data) > LargestBankFile:
		return questionio.File{}, ErrBankTooLarge
	case !utf8.Valid(data):
		return questionio.File{}, ErrBankEncoding
	}
	return questionio.FromGIFT(string(data)), nil
}

// Export writes the questions of a topic, or all, in the form that the name asks for: GIFT for .gift, else Excel.
// questionio.ErrTopic for a topic there is not.
func (b *Bank) Export(ctx context.Context, name, topic string) (BankFile, error) {
	questions, err := b.intake.Questions(ctx, topic)
	if err != nil {
		return BankFile{}, err
	}
	var out bytes.Buffer
	if BankForm(name) == ".gift" {
		err = questionio.WriteGIFT(&out, questions)
	} else {
		err = b.sheets.Write(&out, []questionio.Table{questionio.ToTable(questions)})
	}
	return BankFile{out.Bytes(), len(questions)}, err
}

// Waiting returns the drafts that wait for review.
func (b *Bank) Waiting(ctx context.Context) ([]questionio.Waiting, error) {
	return b.intake.Waiting(ctx)
}

// BankTemplate is the Excel file that staff fill in. The concepts it offers are those of the shipped questions.
func BankTemplate(shipped []publish.Shipped, laws *law.Register, sheets Spreadsheets) ([]byte, error) {
	var concepts []string
	for _, item := range shipped {
		if item.Kind != publish.KindQuestion {
			continue
		}
		if q, err := quiz.Parse(item.Body, laws); err == nil {
			concepts = append(concepts, q.Concept)
		}
	}
	var out bytes.Buffer
	err := sheets.Write(&out, questionio.Template(concepts))
	return out.Bytes(), err
}
