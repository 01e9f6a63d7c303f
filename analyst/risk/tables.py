"""Which names have which effect. A new name is a word in one of these tables."""

from __future__ import annotations

import sys

from .findings import Effect


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _table(**names: str) -> dict[str, Effect]:
    effects: dict[str, Effect] = {}
    for effect, listed in names.items():
        effects |= dict.fromkeys(listed.split(), effect)  # type: ignore[arg-type]  # the keywords are effects
    return effects


MODULES = _table(
    shell="subprocess asyncio.subprocess pty sh plumbum pexpect fabric invoke commands",
    network="requests urllib3 httpx aiohttp socket ssl socketserver smtplib ftplib poplib imaplib telnetlib nntplib "
    "xmlrpc http.client http.server urllib.request websocket websockets paramiko boto3 botocore s3fs gcsfs adlfs "
    "pymongo redis psycopg psycopg2 pymysql MySQLdb pyodbc oracledb snowflake google.cloud azure webbrowser selenium "
    "playwright yfinance kaggle openai anthropic litellm huggingface_hub datasets wandb mlflow pandas_datareader "
    "tweepy praw zmq grpc pycurl fsspec",
    secret="dotenv keyring getpass netrc decouple google.colab",
    install="pip ensurepip micropip",
    native="ctypes cffi _ctypes mmap faulthandler pyximport Cython",
    unreadable="runpy code codeop imp builtins __builtins__ marshal",
)
"""Any name of these modules, and importing them."""
AMBIGUOUS = words("code sh imp commands requests redis fabric invoke datasets google azure ssl http")
"""Modules whose names are good names of variables too: they count where the cell imports them."""
AMBIGUOUS_CALLS = _table(
    network="requests.get requests.post requests.put requests.patch requests.delete requests.request "
    "requests.Session"
)

NAMES = _table(
    shell="os.system os.popen os.startfile os.kill os.killpg os._exit os.abort os.fork os.forkpty os.posix_spawn "
    "os.posix_spawnp os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe os.spawnl "
    "os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe "
    "asyncio.create_subprocess_exec asyncio.create_subprocess_shell",
    network="urllib.urlopen asyncio.open_connection asyncio.start_server asyncio.open_unix_connection "
    "logging.handlers.HTTPHandler logging.handlers.SMTPHandler logging.handlers.SocketHandler "
    "logging.handlers.DatagramHandler logging.handlers.SysLogHandler seaborn.load_dataset nltk.download "
    "statsmodels.datasets.get_rdataset statsmodels.api.datasets.get_rdataset pandas.read_gbq "
    "multiprocessing.connection.Client multiprocessing.connection.Listener sqlite3.enable_load_extension",
    delete="os.remove os.unlink os.rmdir os.removedirs os.rename os.renames os.replace os.truncate shutil.rmtree "
    "shutil.move send2trash.send2trash",
    outside="os.symlink os.link os.chmod os.chown os.lchown os.mkfifo os.mknod os.chroot os.setuid os.fchmod "
    "os.fchown os.setxattr atexit.register site.addsitedir",
    secret="os.environb os.getenvb",
    pickle="pickle.load pickle.loads pickle.Unpickler dill.load dill.loads cloudpickle.load cloudpickle.loads "
    "joblib.load pandas.read_pickle torch.load yaml.load yaml.unsafe_load yaml.full_load shelve.open "
    "keras.models.load_model tensorflow.keras.models.load_model jsonpickle.decode",
    native="sys._getframe sys.settrace sys.setprofile sys.addaudithook sys.meta_path sys.path_hooks gc.get_objects "
    "gc.get_referrers inspect.currentframe inspect.stack inspect.getouterframes sys._current_frames",
    unreadable="importlib.reload importlib.util.spec_from_file_location importlib.machinery.SourceFileLoader "
    "types.FunctionType types.CodeType execfile pandas.io.common.os",
)
"""These names, wherever they stand: passing `os.system` on is as good as calling it."""
PRECISELY = {
    **dict.fromkeys(words("os._exit os.abort"), "ends the kernel at once"),
    **dict.fromkeys(words("os.kill os.killpg"), "sends a signal to a process"),
    **dict.fromkeys(words("os.fork os.forkpty"), "starts another process"),
    **dict.fromkeys(words("os.symlink os.link"), "makes another name for a file"),
    **dict.fromkeys(
        words("os.chmod os.chown os.lchown os.fchmod os.fchown os.setxattr"), "changes whose a file is"
    ),
    "atexit.register": "runs code when the kernel ends",
}
"""What these names do, where the words for their effect would be wrong."""
PREFIXES = _table(network="sklearn.datasets.fetch_")

METHODS = _table(
    delete="unlink rmdir rmtree",
    outside="symlink_to hardlink_to chmod",
    unreadable="load_extension enable_load_extension",
)
"""Methods of objects whose class is not known."""
RUN_TEXT = words("timeit.timeit timeit.repeat timeit.Timer cProfile.run profile.run pdb.run")
"""Functions that run a text which is their first argument."""
MOVES = words("rename replace")
"""Methods of tables and texts, and of paths: these are given a path, made of another one."""
MADE_PATHS = words("Path PurePath with_suffix with_name with_stem joinpath")
TO_PATH = words(
    "to_csv to_excel to_json to_parquet to_pickle to_feather to_hdf to_html to_markdown to_latex to_stata to_xml "
    "to_orc to_string to_file to_sql to_gbq to_zarr to_netcdf basicConfig FileHandler RotatingFileHandler "
    "TimedRotatingFileHandler"
)
"""Methods and functions that write only when they are told where."""
WRITERS = words(
    "savefig save savetxt savez savez_compressed write_text write_bytes write_html write_image write_csv write_parquet "
    "write_json tofile dump mkdir makedirs touch copy2 copyfile copytree make_archive ExcelWriter HDFStore "
    "extractall write_excel sink_csv sink_parquet"
)
WRITE_NAMES = frozenset(
    ["shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "os.open", "os.mkdir"]
)
OPENERS = words(
    "open io.open codecs.open gzip.open bz2.open lzma.open zipfile.ZipFile tarfile.open builtins.open h5py.File "
    "netCDF4.Dataset"
)
PATH_KEYWORDS = words(
    "path path_or_buf path_or_buffer buf fname filename file excel_writer con name destination_table dst"
)

BENEATH = {"posix": "os", "nt": "os", "_io": "io", "_socket": "socket", "_pickle": "pickle", "_ctypes": "ctypes",
           "_posixsubprocess": "subprocess", "_winapi": "subprocess"}  # fmt: skip
"""Modules that another one is made of: what they are asked for is the same."""


def real(full: str) -> str:
    """A name as that of the module that is usually asked: `posix.system` → `os.system`."""
    module, dot, rest = full.partition(".")
    return BENEATH.get(module, module) + dot + rest


INNER = words("os sys subprocess builtins shutil socket ctypes importlib urllib requests pickle posix")
"""Modules that other modules hold: `pd.io.common.os` is `os`."""
GUARDED = INNER | {"io", "pathlib", "codecs", "types", "gc", "inspect", "signal", "pty", "http"}
"""A name of these that is found only when the code runs is a hidden name."""
ALIASES = {"pd": "pandas", "np": "numpy", "plt": "matplotlib.pyplot", "sns": "seaborn", "mpl": "matplotlib",
           "sm": "statsmodels.api", "pl": "polars", "nx": "networkx", "tf": "tensorflow"}  # fmt: skip
"""What short names mean that an earlier cell imported."""
HIDDEN = words(
    "__subclasses__ __globals__ __builtins__ __bases__ __base__ __mro__ __code__ __closure__ __import__ __loader__ "
    "__getattribute__ __reduce__ __reduce_ex__ __spec__"
)
"""Ways from any object to all others."""

PACKAGES = words(
    "pandas numpy matplotlib seaborn scipy sklearn statsmodels plotly altair bokeh polars pyarrow openpyxl xlrd "
    "xlsxwriter duckdb IPython ipywidgets joblib networkx sympy tqdm xgboost lightgbm catboost nltk wordcloud PIL "
    "skimage mpl_toolkits prophet shap yaml tabulate geopandas shapely folium pmdarima imblearn missingno squarify "
    "category_encoders umap torch tensorflow keras xarray h5py numba cycler dateutil pytz tzdata patsy pingouin "
    "lifelines linearmodels arch hdbscan optuna cv2 rich pydantic attr attrs fastparquet tables sqlalchemy jinja2 "
    "holoviews hvplot panel plotnine adjustText great_expectations pandera narwhals ibis vega_datasets mlxtend "
    "scikitplot yellowbrick dask distributed toolz cytoolz more_itertools unidecode regex chardet ftfy rapidfuzz "
    "jellyfish thefuzz textblob gensim spacy transformers sentence_transformers Levenshtein packaging pyproj fiona "
    "rasterio contextily osmnx calmap july joypy ptitprince upsetplot venn matplotlib_venn lxml bs4 html5lib odf "
    "pyxlsb python_calamine calamine tabula camelot pdfplumber docx pptx dill cloudpickle shelve deepdiff cvxpy "
    "pulp ortools simpy emcee pymc arviz corner astropy Bio rdkit ase mesa"
)
"""Packages of analysts that do what they say: what they reach the network or a shell by is in the tables above."""
KNOWN = PACKAGES | frozenset(sys.stdlib_module_names) | {"analyst", "__future__", "pylab"}
