// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import "strings"

// plaintext is what Teams calls code in no language.
const plaintext = "Plaintext"

// teamsLanguages are the languages of Teams' code blocks that are spelled otherwise than a fence in Mattermost spells them.
var teamsLanguages = map[string]string{
	"bash": "Bash", "c": "C", "cpp": "Cpp", "csharp": "CSharp", "css": "Css", "dos": "Dos", "go": "Go", "graphql": "GraphQL", "html": "Html",
	"http": "Http", "ini": "Ini", "java": "Java", "javascript": "JavaScript", "json": "Json", "kotlin": "Kotlin", "lua": "Lua", "markdown": "Markdown",
	"objectivec": "Objective-C", "perl": "Perl", "php": "Php", "powershell": "PowerShell", "python": "Python", "ruby": "Ruby", "rust": "Rust",
	"scala": "Scala", "sql": "Sql", "swift": "Swift", "typescript": "TypeScript", "vbnet": "VbNet", "verilog": "Verilog", "vhdl": "Vhdl", "xml": "Xml", "yaml": "Yaml",
}

// shortLanguages are other names that a fence may have for one of those.
var shortLanguages = map[string]string{
	"sh": "bash", "shell": "bash", "c++": "cpp", "cs": "csharp", "c#": "csharp", "golang": "go", "js": "javascript", "md": "markdown", "objective-c": "objectivec",
	"objc": "objectivec", "py": "python", "rb": "ruby", "rs": "rust", "ts": "typescript", "yml": "yaml", "ps1": "powershell", "kt": "kotlin",
	"text": "", "plaintext": "", "plain": "", "txt": "",
}

// fenceLanguage is how Mattermost calls a language; "" for none and for what cannot stand behind a fence.
func fenceLanguage(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if long, short := shortLanguages[name]; short {
		return long
	}
	for _, c := range []byte(name) {
		if c >= 0x80 || !letter(c) && c != '-' && c != '+' && c != '#' && c != '_' && c != '.' {
			return ""
		}
	}
	return name
}

// blockLanguage is how Teams calls it.
func blockLanguage(name string) string {
	name = fenceLanguage(name)
	if name == "" {
		return plaintext
	}
	if own, known := teamsLanguages[name]; known {
		return own
	}
	return name
}

// CodeBlock returns a Markdown code block, e.g. of a code snippet that Teams keeps beside the message. The language may be
// spelled as Teams does.
func CodeBlock(code, language string) string {
	code = strings.Trim(strings.ReplaceAll(code, "\r\n", "\n"), "\n")
	marks := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return marks + fenceLanguage(language) + "\n" + code + "\n" + marks
}
