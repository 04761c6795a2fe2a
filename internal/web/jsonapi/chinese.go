package jsonapi

import (
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// speakChinese replaces, once for the process, what huma keeps in package variables: its words, its error shape, its nullable lists.
var speakChinese = sync.OnceFunc(func() {
	huma.NewError = humaError
	huma.ValidateStrictCasing = true  // "Code" is no "code": what is declared is the whole contract
	huma.DefaultArrayNullable = false // a list without entries is [], never null
	validation.MsgUnexpectedProperty = "这里没有这一项"
	validation.MsgExpectedBoolean = "要填是或否"
	validation.MsgExpectedNumber = "要填数字"
	validation.MsgExpectedInteger = "要填整数"
	validation.MsgExpectedString = "要填文字"
	validation.MsgExpectedArray = "要填一组内容"
	validation.MsgExpectedObject = "要填一组有名字的内容"
	validation.MsgExpectedArrayItemsUnique = "有重复的内容"
	validation.MsgExpectedOneOf = "只能是这几个之一：%s"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedMinLength = "太短了，至少 %d 个字"
	validation.MsgExpectedMaxLength = "太长了，最多 %d 个字"
	validation.MsgExpectedBePattern = "写法不对：%s"
	validation.MsgExpectedMatchPattern = "写法不对，要像 %s"
	validation.MsgExpectedMinItems = "至少要有 %d 项"
	validation.MsgExpectedMaxItems = "最多 %d 项"
	validation.MsgExpectedMaxProperties = "最多 %d 项"
	validation.MsgExpectedMinProperties = "至少要有 %d 项"
	validation.MsgExpectedRequiredProperty = "缺少 %s"
})
