# Sums up XML reports of surefire and JUnit (TEST-*.xml): a line per test that failed or was skipped, then the counts.
# What tests measured goes before the counts: the lines of their output that begin with "measured: ".
# -v broken=1 counts the build itself as failed. Reports in lab-reports/MACHINE are of tests in that machine of the lab.

BEGIN { RS = "<" }

FNR == 1 { settle(); where = machine(FILENAME) }

# Element by element: each record starts behind a "<".
/^testcase / { settle(); count("tests"); name = attribute("classname") "." attribute("name"); counted = 0 }
/^failure[ >\/]|^error[ >\/]/ { if (!counted) { count("failed"); counted = 1; what = "failed"; why = attribute("message") } }
/^skipped[ >\/]/ { if (!counted) { count("skipped"); counted = 1; what = "skipped"; why = attribute("message") } }
# The reason of an unmet assumption stands in the element's text only: "CLASS: REASON", then the stack.
/measured: / { measure() }
/^!\[CDATA\[/ { if (what != "" && why == "") why = first_line() }

END {
  settle()
  where = ""
  if (broken) { count("tests"); count("failed"); print "failed: the build" }
  for (i = 1; i <= measurements; i++) print measured[i]
  for (i = 1; i <= machines; i++) print "of these in the lab, " order[i] ": " counts(order[i])
  print counts("")
  exit (total["failed", ""] > 0 || total["tests", ""] == 0) ? 1 : 0
}

# Under the machine, and in all.
function count(what) {
  total[what, ""]++
  if (where != "") total[what, where]++
}

function counts(where,    failed, skipped) {
  failed = total["failed", where]
  skipped = total["skipped", where]
  return sprintf("%d passed, %d failed, %d skipped", total["tests", where] - failed - skipped, failed, skipped)
}

# The machine that a report is from, or "" for the host.
function machine(file) {
  if (!match(file, /lab-reports\/[^\/]+\//)) return ""
  file = substr(file, RSTART + 12, RLENGTH - 13)
  if (!(file in known)) { known[file] = 1; order[++machines] = file }
  return file
}

function attribute(key,    start, text) {
  start = index($0, " " key "=\"")
  if (start == 0) return ""
  text = substr($0, start + length(key) + 3)
  return unescape(substr(text, 1, index(text, "\"") - 1))
}

function unescape(text) {
  gsub(/&lt;/, "<", text)
  gsub(/&gt;/, ">", text)
  gsub(/&quot;/, "\"", text)
  gsub(/&apos;/, "'", text)
  gsub(/&#10;|&#xa;/, " ", text)
  gsub(/&amp;/, "\\&", text)
  return text
}

function first_line(    text) {
  text = substr($0, length("![CDATA[") + 1)
  sub(/\n.*/, "", text)
  sub(/^[A-Za-z0-9_.$]*: /, "", text)
  sub(/^Assumption failed: /, "", text)
  return text
}

function measure(    lines, n, i) {
  n = split($0, lines, "\n")
  for (i = 1; i <= n; i++) {
    if (sub(/^(system-out>)?(!\[CDATA\[)?measured: /, "measured, " (where == "" ? "host" : "lab, " where) ": ", lines[i])) measured[++measurements] = unescape(lines[i])
  }
}

# Says how the last test ended, unless it passed.
function settle() {
  if (what != "") {
    gsub(/[\n\t ]+/, " ", why)
    if (length(why) > 300) why = substr(why, 1, 300) "..."
    print what ": " (where == "" ? "" : "lab, " where ": ") name ": " (why == "" ? "no reason given" : why)
  }
  what = ""
}
