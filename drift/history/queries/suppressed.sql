-- What rules, the baseline and the configuration leave out, by reason, and until when.
select how, reason, rule, owner, expires, count(*) as resources, array_to_string(list_sort(list_distinct(list(type))), ', ') as types
from suppression join latest using (scan) group by all order by resources desc, how, reason
