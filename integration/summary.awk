# Sums up surefire's XML reports (TEST-*.xml): a line per test that failed or was skipped, then the counts.
# -v broken=1 counts the build itself as failed.

BEGIN { RS = "<" }

# Element by element: each record starts behind a "<".
/^testcase / { settle(); tests++; name = attribute("classname") "." attribute("name"); counted = 0 }
/^failure[ >\/]|^error[ >\/]/ { if (!counted) { failed++; counted = 1; what = "failed"; why = attribute("message") } }
/^skipped[ >\/]/ { if (!counted) { skipped++; counted = 1; what = "skipped"; why = attribute("message") } }
# The reason of an unmet assumption stands in the element's text only: "CLASS: REASON", then the stack.
/^!\[CDATA\[/ { if (what != "" && why == "") why = first_line() }

END {
  settle()
  if (broken) { failed++; print "failed: the build" }
  printf "%d passed, %d failed, %d skipped\n", tests + (broken ? 1 : 0) - failed - skipped, failed, skipped
  exit (failed > 0 || tests == 0) ? 1 : 0
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

# Says how the last test ended, unless it passed.
function settle() {
  if (what != "") {
    gsub(/[\n\t ]+/, " ", why)
    if (length(why) > 300) why = substr(why, 1, 300) "..."
    print what ": " name ": " (why == "" ? "no reason given" : why)
  }
  what = ""
}
