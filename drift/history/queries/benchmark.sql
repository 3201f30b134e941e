-- Pass rate of each framework over the scans that asked for it.
select s.scope, c.framework, s.started_at, count(*) filter (where answer = 'passed') as passed,
       count(*) filter (where answer = 'failed') as failed, count(*) filter (where answer = 'undecided') as undecided,
       round(100.0 * passed / nullif(passed + failed, 0), 1) as percent
from control c join scan s using (scan)
group by all order by s.scope, c.framework, s.started_at
