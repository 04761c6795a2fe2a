package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// normalise removes the words that ask for help, and writes a flag that begins with one dash (-data) as kong knows it.
func normalise(model *kong.Application, given []string) (args []string, help bool) {
	long := map[string]bool{}
	_ = kong.Visit(model, func(node kong.Visitable, next kong.Next) error {
		if flag, is := node.(*kong.Flag); is {
			long[flag.Name] = true
		}
		return next(nil)
	})
	for i, arg := range given {
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		switch {
		case arg == "--help" || arg == "-help" || arg == "-h" || arg == "help" && i == 0:
			help = true
		case strings.HasPrefix(arg, "-") && long[name]:
			args = append(args, "-"+arg)
		default:
			args = append(args, arg)
		}
	}
	return args, help
}

// printHelp lists the commands, or the flags of the command that args name.
func printHelp(parser *kong.Kong, in invocation, args []string) error {
	selected := parser.Model.Node
	if len(args) > 0 {
		if parsed, err := kong.Trace(parser, args); err == nil && parsed.Selected() != nil {
			selected = parsed.Selected()
		}
	}
	if selected == parser.Model.Node {
		fmt.Fprintln(in.err, "用法：pugongying 命令 [选项]")
		for _, c := range parser.Model.Children {
			fmt.Fprintf(in.err, "  %-9s %s\n", c.Name, c.Help)
		}
	} else {
		command := selected
		for command.Parent.Type != kong.ApplicationNode {
			command = command.Parent
		}
		fmt.Fprintf(in.err, "%s  %s\n", command.Name, command.Help)
	}
	fmt.Fprintln(in.err, "选项：")
	for _, group := range selected.AllFlags(true) {
		for _, flag := range group {
			fmt.Fprintf(in.err, "  --%-22s %s\n", flag.Name+" "+flag.FormatPlaceHolder(), flag.Help)
		}
	}
	return nil
}

var (
	unknownFlag     = regexp.MustCompile(`^unknown flag (-{1,2}[^\s,]+)`)
	unexpected      = regexp.MustCompile(`^unexpected argument (.*?)(?:, did you mean .*)?$`)
	noValue         = regexp.MustCompile(`^(--[a-z-]+): (?:missing value|expected .*)`)
	missingArgument = regexp.MustCompile(`^expected |^missing `)
)

// explain says in Chinese why a command line was not understood, and how the command is called. kong's own sentences are
// English; one that is not known here is shown as it is, so that nothing is hidden.
func explain(parser *kong.Kong, in invocation, err error) error {
	var failed *kong.ParseError
	command := parser.Model.Node
	if errors.As(err, &failed) && failed.Context != nil && failed.Context.Selected() != nil {
		for command = failed.Context.Selected(); command.Parent != nil && command.Parent.Type != kong.ApplicationNode; {
			command = command.Parent
		}
	}
	text := reason(err.Error(), command.Name)
	switch {
	case command == parser.Model.Node:
		fmt.Fprintln(in.err, text)
		_ = printHelp(parser, in, nil)
	case command.Tag.Has("usage"):
		fmt.Fprintf(in.err, "%s：%s\n", text, command.Tag.Get("usage"))
	default:
		fmt.Fprintf(in.err, "%s。pugongying %s --help 列出选项\n", text, command.Name)
	}
	return errReported
}

// reason translates a sentence of kong's.
func reason(text, command string) string {
	if m := unknownFlag.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("%s 没有 %s 这个选项", command, m[1])
	}
	if m := unexpected.FindStringSubmatch(text); m != nil {
		if m[1] == "" {
			return command + " 后面写了一个空的参数"
		}
		return fmt.Sprintf("%s 不认识 %q", command, m[1])
	}
	if m := noValue.FindStringSubmatch(text); m != nil {
		return m[1] + " 后面要写一个值"
	}
	if missingArgument.MatchString(text) {
		return command + " 后面还少东西"
	}
	return fmt.Sprintf("%s 这样写不对（%s）", command, text)
}

// folder refuses what is no folder to read, by the name it was given; "" was not given at all.
func folder(path string) error {
	if path == "" {
		return nil
	}
	switch info, err := os.Stat(path); {
	case err != nil:
		return err
	case !info.IsDir():
		return &os.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	return nil
}
