-- Findings that drift introduced, by rule and framework, in the last scan of each scope.
select f.rule, f.severity, f.title, count(distinct f.fingerprint) as resources,
       array_to_string(list_sort(list_distinct(flatten(list(f.frameworks)))), ', ') as frameworks
from finding f join latest using (scan)
where f.effect = 'introduced' and f.verdict = 'fail' and f.exempt is null
group by f.rule, f.severity, f.title
order by array_position(['critical', 'high', 'medium', 'low', 'info'], f.severity), resources desc, f.rule
