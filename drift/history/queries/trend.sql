-- Drift by kind in each scan of each scope.
select scope, scan, started_at, modified, missing, unmanaged, managed, in_sync, coverage_percent, incomplete
from scan order by scope, started_at
