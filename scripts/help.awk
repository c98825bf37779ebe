# SPDX-License-Identifier: BSD-2-Clause
# The text of `make help`: targets with a "## text", and lines "#: NAME  text" for
# variables, under the headings of the Makefile.
/^# --- / { gsub(/^# -+ | -+$/, ""); heading = $0 }
function under_heading() {
	if (heading != "")
		printf "\n%s\n", heading
	heading = ""
}
/^[^\t#].*:.*## / {
	under_heading()
	targets = text = $0
	sub(/:.*/, "", targets)
	sub(/.*## /, "", text)
	gsub(/%/, "NAME", targets)
	printf "  %-28s %s\n", targets, text
}
/^#: / {
	under_heading()
	name = $2
	sub(/^#: +[^ ]+ +/, "")
	printf "    %-26s %s\n", name, $0
}
