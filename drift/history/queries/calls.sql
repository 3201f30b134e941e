-- API calls of each service: the last scan of each scope, beside the average of all.
select s.scope, c.service, sum(c.calls) filter (where s.scan = l.scan) as last, round(avg(c.calls), 1) as average,
       round(max(c.seconds), 1) as longest_seconds
from collection c join scan s using (scan) join latest l on l.scope = s.scope
where c.calls is not null group by all order by last desc nulls last, c.service, s.scope
