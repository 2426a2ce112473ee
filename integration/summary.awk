# Sums up surefire's XML reports (TEST-*.xml): a line per test that failed or was skipped, then the counts.
# -v broken=1 counts the build itself as failed.

BEGIN { RS = "<" }

# Element by element: each record starts behind a "<".
/^testcase / { tests++; name = attribute("classname") "." attribute("name"); counted = 0 }
/^failure[ >\/]|^error[ >\/]/ { if (!counted) { failed++; counted = 1; print "failed: " name ": " reason() } }
/^skipped[ >\/]/ { if (!counted) { skipped++; counted = 1; print "skipped: " name ": " reason() } }

END {
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

function reason(    text) {
  text = attribute("message")
  gsub(/[\n\t ]+/, " ", text)
  if (length(text) > 300) text = substr(text, 1, 300) "..."
  return text == "" ? "no reason given" : text
}
