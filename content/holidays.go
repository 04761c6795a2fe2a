package content

import (
	"bytes"
	"fmt"
	"io/fs"

	"pugongying/internal/civil"
)

// Holidays are the years whose holidays ship, one file each (civil.ParseYear has the form).
func Holidays() ([]civil.Year, error) { return ReadHolidays(files) }

// ReadHolidays reads every file holidays/YEAR.txt of a folder. The name of a file is its year.
func ReadHolidays(from fs.FS) ([]civil.Year, error) {
	names, err := fs.Glob(from, "holidays/*.txt")
	if err != nil {
		return nil, err
	}
	var years []civil.Year
	for _, name := range names {
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, err
		}
		y, err := civil.ParseYear(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if name != fmt.Sprintf("holidays/%d.txt", y.Number) {
			return nil, fmt.Errorf("%s: it is of %d", name, y.Number)
		}
		years = append(years, y)
	}
	return years, nil
}
