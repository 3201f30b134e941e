-- Modules that drift most: episodes of drift, and what is open.
select coalesce(nullif(module, ''), 'root') as module, count(*) as episodes, count(*) filter (where open) as open,
       count(distinct identity) as resources
from episode where kind <> 'unmanaged'
group by all order by episodes desc, open desc, module
