# A plan policy for Spacelift: warns of drift that the next apply overwrites, and stops a run while somebody's change
# made the account worse.
package spacelift

import rego.v1

report := input.third_party_metadata.custom.drift

warn contains sprintf("%s: an apply undoes a change that was made in the account", [drift.address]) if {
	some drift in report.drift
	drift.kind == "modified"
	some change in drift.changes
	object.get(change, "undone", true)
}

deny contains sprintf("%s: %s", [object.get(drift, "address", drift.id), finding.title]) if {
	some drift in report.drift
	some finding in drift.findings
	finding.effect == "introduced"
	finding.severity in {"critical", "high"}
}
