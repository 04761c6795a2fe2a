package region

import "time"

// Inner Mongolia keeps Asia/Shanghai, which is UTC+8 all year since 1992; no day counted here is older.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// DayOf is the civil day of an instant in the regions of this tree, as "2026-11-23".
func DayOf(t time.Time) string { return t.In(shanghai).Format(time.DateOnly) }
