-- What the internet reaches and nobody manages.
select d.type, d.id, d.account, d.region, f.rule, f.severity, f.evidence
from open_drift d join finding f using (scan, fingerprint)
where d.kind = 'unmanaged' and f.verdict = 'fail' and f.exempt is null
  and f.rule in (select rule from rule where theme in ('public access', 'network'))
order by array_position(['critical', 'high', 'medium', 'low', 'info'], f.severity), d.type, d.id, f.rule
