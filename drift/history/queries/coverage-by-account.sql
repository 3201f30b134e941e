-- How much of each account Terraform manages.
select account, count(*) filter (where verdict not in ('unmanaged', 'not ours', 'part')) as managed,
       count(*) filter (where verdict = 'unmanaged') as unmanaged,
       round(100.0 * managed / nullif(managed + unmanaged, 0), 1) as percent
from current where side = 'actual' group by all order by unmanaged desc, account
