"""What every benchmark needs: where it ran, how rows become a table, and quantiles."""

from benchmarks.suite.measure.report import Report, markdown_table, write_report
from benchmarks.suite.measure.setting import setting

__all__ = ["Report", "markdown_table", "setting", "write_report"]
