#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "features/sandbox/sandbox.h"
#include "report/forms.h"
#include "report/identity.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    command_fn *run;
    const char *usage; /* after the name */
    const char *zh, *en;
};

static const struct command commands[] = {
    {"check", cmd_check,
     "FILE|- [--store S] [--class C] [--claim LAYER=CLASS[#ITEM][:DOCUMENT@DATE[@BY]] ...] [--slivers M2,M] "
     "[--format {form}] [-o OUT] [--lang zh|en] "
     "[--project-name N] [--project-code C] [--builder B] [--district D] [--date YYYY-MM-DD] [--fail-on "
     "VERDICT,...] "
     "[--keep --officer NAME] [--as-of DATE] [--save-project NAME] [--require-sandbox] | --project NAME [as "
     "above]",
     "检查地块文件（国土TXT、GeoJSON、Shapefile 等）是否压占控制线",
     "check parcels (TXT, GeoJSON, Shapefile …) against the control lines"},
    {"parcel", cmd_parcel,
     "inspect FILE|- [--crs EPSG:N] [--lang zh|en] | convert FILE|- --to txt|geojson [--zone N] [--utf8] "
     "[--crs EPSG:N] [-o OUT]",
     "查看地块文件读成了什么；转换为国土TXT或GeoJSON",
     "show how a parcel file is read; turn it into TXT or GeoJSON"},
    {"serve", cmd_serve,
     "[--store S] [--host H] [--port P] [--web DIR] [--threads N] [--public-url URL] [--public-name "
     "NAME ...] [--limit NAME=NUMBER ...] [--tls-cert FILE --tls-key FILE] [--behind-proxy] [--public-read] "
     "[--cors ORIGIN|*] "
     "[--allow-records] [--login-header NAME --proxy ADDRESS] [--require-sandbox]",
     "启动网页与接口服务", "serve the web page and the interface for programs"},
    {"init", cmd_init, "STORE", "新建空的数据文件", "make a new, empty store"},
    {"import", cmd_import,
     "[--store S] --geodata DIR | FILE [--layer ID] [--source-layer NAME] [--mapping FILE.json] [--title-zh "
     "T] [--title-en T] "
     "[--kind K] "
     "[--label L] [--synthetic] [--reference-only] [--document D] [--effective-from DATE] [--effective-to "
     "DATE] [--by WHO] [--coverage FILE|units:CODE,...|region] [--draft] [--one-thread] [--strict] "
     "[--allow-refused] "
     "[--report FILE.html|.json|.txt] "
     "[--confirm-layer] [--confirm-place] [--crs EPSG] [--unit CODE] [--datum-shift "
     "DX,DY,DZ[,RX,RY,RZ,S[,frame|vector]]] "
     "[--id-field F] [--name-field F] [--zone-field F] [--zone-code-field F] "
     "[--county-field F] "
     "[--area-field F] [--require-sandbox]",
     "载入图层的新版本", "load new versions of layers"},
    {"inspect", cmd_inspect, "FILE [--format text|json|html] [--lang zh|en]",
     "查看数据文件的图层、坐标系、字段，以及像哪个图层",
     "show a file's layers, CRS, fields, and what they look like"},
    {"export", cmd_export, "LAYER[@VERSION] -o FILE.gpkg|.geojson|.fgb|.shp [--store S]", "导出图层版本",
     "write a layer version to a file"},
    {"layers", cmd_layers,
     "[list|report|diff|promote|rollback|discard] [LAYER[@VERSION] ...] [--store S] [--all] [--as-of DATE] "
     "[--format text|json|html] [--by WHO] [--reason WHY] [--lang zh|en]",
     "列出已载入的图层；查看、比较、切换、退回版本",
     "list the layers that are loaded; report, compare, switch and take back versions"},
    {"layer", cmd_layer,
     "list | show ID | check FILE.json ... | add FILE.json ... | history   [--store S] [--lang zh|en]",
     "图层定义：列出、查看、校验、载入（历次版本都保留）",
     "definitions of layers: list, show, check or load them; every edition is kept"},
    {"classes", cmd_classes, "[--lang zh|en]", "列出项目类型", "list the project classes"},
    {"audit", cmd_audit,
     "parcels FILE -o OUT.gpkg|.geojsonl|.csv|.fgb|.xlsx [-o OUT ...] [--store S] [--layer NAME] [--class C "
     "| --class-field F] [--claim LAYER=CLASS...;... | --claim-field F] "
     "[--id-field F] [--crs EPSG:N] [--threads N] [--fail-on VERDICT,...] [--overlaps] "
     "[--resume] [--since EARLIER.gpkg] [--overwrite] [--summary FILE.html|.json] [--require-sandbox] | "
     "lines [-o "
     "OUT.gpkg|.csv|.geojsonl|.fgb|.xlsx|.html|.json ...] [--summary FILE.json] [--compare OLD] [--layer ID] "
     "[--official TOTALS.csv|.json] "
     "[--within-spaces] | figures [-o OUT.json|.csv|.html ...]   [--progress json]",
     "批量审查地块；审查图层之间的冲突；规划数据。--progress json：标准输出只有 JSON，每行一个：进度 "
     "{\"done\",\"total\",\"seconds\",…}，最后是 {\"outcome\":{…}} 或 {\"error\":{\"code\",\"zh\",\"en\",…}}",
     "audit many parcels; the lines against each other; figures of the plan. --progress json: standard "
     "output "
     "is one JSON object a line and nothing else: {\"done\",\"total\",\"seconds\",…} as it goes, and in the "
     "end "
     "{\"outcome\":{…}} or {\"error\":{\"code\",\"zh\",\"en\",…}}"},
    {"rules", cmd_rules,
     "show [SHA256] | check FILE | load FILE [--source TEXT] | history | export [SHA256]   [--store S]",
     "查看、校验、载入规则表（历次版本都保留）", "show, check or load the rule table; every edition is kept"},
    {"projects", cmd_projects, "list | show NAME | input NAME | retire NAME   [--store S]",
     "已保存的项目，按名称或代码（check --save-project 保存，check --project 再次检查，retire 停用）",
     "saved projects, by name or code (check --save-project saves one, check --project checks it again, "
     "retire "
     "puts it away)"},
    {"records", cmd_records,
     "list [--limit N] [--after ID] [--project TEXT] [--layer ID] [--class C] [--document TEXT] | show ID | "
     "export ID [--input] | verify [--expect SEAL] | "
     "override ID --verdict V --reason TEXT --officer NAME   [--store S] [--format text|json]",
     "存档的检查：列出、查看、导出、校验整条链、记录改判",
     "kept checks: list, show, export, verify the chain, add an officer's override"},
    {"users", cmd_users,
     "add NAME --role reader|officer|manager|auditor|admin --unit CODE|all [--title 姓名] [--password-file "
     "FILE] "
     "[--no-password] | list | change NAME [--role R] [--unit U] [--title T] | revoke NAME | password NAME "
     "[--password-file FILE] | token NAME --days N "
     "[--title T] | tokens | revoke-token ID   [--store S] [--format text|json]",
     "谁可以登录：添加、列出、更改、停用人员，更换密码（从终端或标准输入读取），发给程序用的令牌",
     "who may log in: add, list, change or revoke people, change passwords (read from the terminal or "
     "standard "
     "input), tokens for programs"},
    {"log", cmd_log, "[verify] [--since DAY|TIME] [--store S] [--format text|json]",
     "日志：登录、改动、导出，何时由何人；verify 校验日志链",
     "the log: logins, changes, what was taken out, when and by whom; verify looks at its chain"},
    {"verify", cmd_verify, "REPORT.json|- [--store S] [--input FILE] [--format text|json]",
     "按报告所载的版本重算，说明一致、何处不一致或缺什么",
     "recompute a report from the versions that it names: identical, what differs, or what is missing"},
    {"backup", cmd_backup, "FILE [--store S] [--overwrite] [--damaged]",
     "备份存储（服务运行中也可以），核对无误后才写成 FILE",
     "back up the store, also while it is served; verified before it gets its name"},
    {"restore", cmd_restore, "FILE [--store S] [--dry-run] [--older-records]",
     "核对备份并恢复（先停止服务）；原存储保留在旁边。--older-records：允许换上更旧或分岔的档案",
     "verify a backup and put it in the store's place (stop the server first); the store is kept beside it. "
     "--older-records: also where records would be lost"},
    {"doctor", cmd_doctor, "[--store S] [--format text|json]",
     "检查存储和本机：哪里不对，怎么办（不改动任何东西）",
     "look at the store and the machine: what is wrong, and what to do (nothing is changed)"},
    {"version", cmd_version, "", "显示版本", "show the version"},
    {"help", cmd_help, "", "显示本说明", "show this text"},
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const struct command *find_command(const char *name)
{
    for (int i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

/* "{form}" of a usage stands for the forms of a report, whichever there are. */
static void print_usage(FILE *out, const struct command *c)
{
    static const char mark[] = "{form}";
    const char *found = strstr(c->usage, mark), *rest = found ? found + strlen(mark) : c->usage;
    char names[160] = "";
    if (found)
        report_form_names("|", names, sizeof names);
    fprintf(out, "hongxian %s%s%.*s%s%s\n", c->name, *c->usage ? " " : "",
            found ? (int)(found - c->usage) : 0, c->usage, names, rest);
}

int command_misused(const char *command, const struct error *e)
{
    fprintf(stderr, "错误：%s\nerror: %s\n用法 usage: ", e->zh, e->en);
    print_usage(stderr, find_command(command));
    return EXIT_INPUT;
}

int cmd_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    printf("hongxian %s\n", report_engine_version());
    return EXIT_OK;
}

static int help_of(const struct command *c)
{
    printf("用法 usage: ");
    print_usage(stdout, c);
    printf("%s\n%s\n", c->zh, c->en);
    return EXIT_OK;
}

int cmd_help(int argc, char **argv)
{
    if (argc > 0 && find_command(argv[0]))
        return help_of(find_command(argv[0]));
    printf("红线 hongxian %s：地块是否压占三条控制线，压占多少平方米，依据哪一条。\n"
           "Whether a parcel presses on a control line, by how many square metres, and which clause "
           "applies.\n\n",
           report_engine_version());
    for (int i = 0; i < N_COMMANDS; i++) {
        printf("  ");
        print_usage(stdout, &commands[i]);
        printf("      %s / %s\n", commands[i].zh, commands[i].en);
    }
    printf("\n数据文件 store：--store，否则 $HONGXIAN_STORE，否则 data/hongxian.sqlite，"
           "否则 ~/.local/share/hongxian/hongxian.sqlite\n"
           "退出码 exit codes：0 完成 done；1 用法或输入有误 bad usage or input；2 数据文件有问题 store "
           "problem；"
           "3 内部错误 internal；10 --fail-on；verify：10 不一致 differs，11 无法重算 cannot be "
           "recomputed；doctor：10 有故障 a fault，"
           "11 只有注意事项 warnings only\n");
    return EXIT_OK;
}

static int unknown_command(const char *name)
{
    fprintf(stderr,
            "错误：没有命令“%s”；hongxian help 列出全部命令。\n"
            "error: There is no command \"%s\"; hongxian help lists them.\n",
            name, name);
    return EXIT_INPUT;
}

int main(int argc, char **argv)
{
    if (sandbox_child_wanted(argc, argv))
        sandbox_child_main(argc, argv); /* reads one file in a sandbox, and does not return */
    signal(SIGPIPE, SIG_IGN);           /* a reader that goes away is a failed write, not a death */
    if (argc < 2) {
        cmd_help(0, NULL);
        return EXIT_INPUT;
    }
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    const struct command *c = find_command(name);
    bool asks = argc > 2 && (strcmp(argv[argc - 1], "--help") == 0 || strcmp(argv[argc - 1], "-h") == 0);
    int code = !c ? unknown_command(name) : asks ? help_of(c) : c->run(argc - 2, argv + 2);
    if (fflush(stdout) != 0 && code == EXIT_OK) {
        fprintf(stderr, "错误：结果没有写完。\nerror: The output could not be written in full.\n");
        code = EXIT_INTERNAL;
    }
    return code;
}
