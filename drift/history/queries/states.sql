-- States that drift most: episodes of drift, and what is open.
select state, count(*) as episodes, count(*) filter (where open) as open, count(distinct identity) as resources
from episode where state is not null
group by all order by episodes desc, open desc, state
